"""Writing events into the outbox."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.outbox.registry import Event, Handler, handler_name, subscriptions_of

CHANNEL = "outbox"


def record(event: Event) -> int:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction that makes it true")
    row = OutboxEvent.objects.create(name=event.name, payload=event.payload())
    Delivery.objects.bulk_create(
        Delivery(event=row, handler=wanted.handler_name, queue=wanted.queue) for wanted in subscriptions_of(event.name)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return row.pk


def record_many(events: Sequence[Event], *, later_for: Handler | None = None) -> list[int]:
    """Records all in a few statements; the ids in the order of the events. Needs an open transaction.

    `later_for` is a handler whose work the caller does itself right after the commit, and reports by `done_by_caller`.
    Its deliveries wait for the time of a lease, and are sent should the caller have died.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction that makes it true")
    rows = OutboxEvent.objects.bulk_create(OutboxEvent(name=event.name, payload=event.payload()) for event in events)
    Delivery.objects.bulk_create(
        delivery for row in rows for delivery in _deliveries(row, handler_name(later_for) if later_for else "")
    )
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return [row.pk for row in rows]


def _deliveries(row: OutboxEvent, later_for: str) -> Iterator[Delivery]:
    lease = timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    for wanted in subscriptions_of(row.name):
        due = Now() + lease if wanted.handler_name == later_for else Now()
        yield Delivery(event=row, handler=wanted.handler_name, queue=wanted.queue, send_after=due)


def done_by_caller(event_ids: Sequence[int], handler: Handler) -> None:
    """The caller of `record_many` has done this handler's work for these events."""
    waiting = Delivery.objects.filter(handler=handler_name(handler), status=Delivery.Status.WAITING)
    waiting.filter(event__in=event_ids).update(status=Delivery.Status.DONE, done_at=Now())
