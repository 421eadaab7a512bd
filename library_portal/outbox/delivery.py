"""Running a handler for a delivery, once in effect however often the message arrives."""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from library_portal.outbox.models import Delivery
from library_portal.outbox.registry import Delivered, NotWorthRetrying, Subscription, subscription_named

FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 3600
LONGEST_ERROR = 500


class HandlerFailed(Exception):
    """A handler did not take its event; the text is the delivery's `last_error`."""


def deliver(*, delivery_id: int, attempts: int) -> Delivery | None:
    """Run the handler; returns the delivery with its new status, or None when there is nothing to do.

    `attempts` is how often it had failed when the message was sent: one from before the last failure is out of date.
    """
    subscription = _subscription(delivery_id)
    if subscription is None or subscription.atomic:
        return _deliver_in_one_transaction(delivery_id, attempts)
    return _deliver_before_marking(delivery_id, attempts)


def _subscription(delivery_id: int) -> Subscription | None:
    handler = Delivery.objects.filter(pk=delivery_id).values_list("handler", flat=True).first()
    try:
        return subscription_named(handler or "")
    except KeyError:
        return None


@transaction.atomic
def _deliver_in_one_transaction(delivery_id: int, attempts: int) -> Delivery | None:
    delivery = _waiting(delivery_id, attempts, lock=True)
    return _run(delivery) if delivery else None


def _deliver_before_marking(delivery_id: int, attempts: int) -> Delivery | None:
    """For a handler with transactions of its own: it may run again if the process dies before the mark."""
    delivery = _waiting(delivery_id, attempts, lock=False)
    return _run(delivery) if delivery else None


def _waiting(delivery_id: int, attempts: int, *, lock: bool) -> Delivery | None:
    """None when it is done, dead, out of date, or in another worker's hands."""
    waiting = Delivery.objects.select_related("event").filter(
        pk=delivery_id, attempts=attempts, status=Delivery.Status.WAITING
    )
    return (waiting.select_for_update(skip_locked=True, of=("self",)) if lock else waiting).first()


def _run(delivery: Delivery) -> Delivery:
    event = delivery.event
    delivered = Delivered(event.pk, event.name, event.payload, event.recorded_at.isoformat())
    try:
        subscription = subscription_named(delivery.handler)
        if subscription.atomic:
            with transaction.atomic():
                subscription.handler(delivered)
        else:
            subscription.handler(delivered)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises belongs into its delivery, or it is lost
        _mark_failed(delivery, error, timezone.now())
    else:
        delivery.status = Delivery.Status.DONE
        delivery.done_at = timezone.now()
        delivery.save(update_fields=["status", "done_at"])
    return delivery


def _mark_failed(delivery: Delivery, error: Exception, now: datetime) -> None:
    delivery.attempts += 1
    delivery.sends = 0
    delivery.last_error = f"{type(error).__name__}: {error}"[:LONGEST_ERROR].replace("\0", "")
    delivery.send_after = now + _pause(delivery.attempts)
    if isinstance(error, NotWorthRetrying) or delivery.attempts >= settings.DELIVERY_MAX_ATTEMPTS:
        delivery.status = Delivery.Status.DEAD
    failure = {name: getattr(delivery, name) for name in ("attempts", "sends", "last_error", "send_after", "status")}
    # Without a lock (atomic=False) a second run may have succeeded while this one failed: done stays done.
    Delivery.objects.filter(pk=delivery.pk).exclude(status=Delivery.Status.DONE).update(**failure)


def _pause(failures: int) -> timedelta:
    """2, 4, 8 … seconds, up to an hour; give or take a quarter, so that what failed together comes back apart."""
    seconds = min(FIRST_PAUSE_SECONDS * 2 ** (failures - 1), LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - not a secret


def replay(delivery_ids: list[int], *, now: datetime) -> int:
    """Give dead letters a new set of attempts; returns how many there were."""
    dead = Delivery.objects.filter(pk__in=delivery_ids, status=Delivery.Status.DEAD)
    return dead.update(status=Delivery.Status.WAITING, attempts=0, sends=0, send_after=now)


def deliver_pending() -> int:
    """Deliver everything that is due, and what that records in turn, in this process; returns how many.

    For tests, by the code the workers run. Raises HandlerFailed when a handler does not take its event.
    """
    done = 0
    while due := _due():
        for delivery_id, attempts in due:
            delivery = deliver(delivery_id=delivery_id, attempts=attempts)
            if delivery and delivery.status != Delivery.Status.DONE:
                raise HandlerFailed(f"{delivery.handler}: {delivery.last_error}")
            done += 1
    return done


def _due() -> list[tuple[int, int]]:
    waiting = Delivery.objects.filter(status=Delivery.Status.WAITING, send_after__lte=timezone.now())
    return list(waiting.order_by("id").values_list("pk", "attempts"))
