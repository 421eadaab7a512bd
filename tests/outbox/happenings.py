"""An event of the tests' own and handlers that leave a trace."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from library_portal.notifications import notify
from library_portal.notifications.models import Kind
from library_portal.outbox import Event, subscribe
from library_portal.outbox.delivery import deliver
from library_portal.outbox.models import Delivery
from library_portal.outbox.registry import Delivered


@dataclass(frozen=True)
class TeaServed(Event):
    name = "tests.tea_served"

    cup: int
    spoiled: bool = False


class Spoiled(Exception):
    pass


drunk: list[tuple[int, Any]] = []


@subscribe(TeaServed, queue="circulation", atomic=False)
def drink(delivered: Delivered) -> None:
    with transaction.atomic(durable=True):
        drunk.append((delivered.event_id, delivered.payload))


@dataclass(frozen=True)
class BellRung(Event):
    name = "tests.bell_rung"


@subscribe(BellRung, queue="circulation", atomic=False)
def answer(delivered: Delivered) -> None:
    """So slow that its message is sent again: the second run is through before the first one fails."""
    ringing = Delivery.objects.get(event=delivered.event_id)
    if "second run" in ringing.last_error:
        return
    Delivery.objects.filter(pk=ringing.pk).update(last_error="second run")
    deliver(delivery_id=ringing.pk, attempts=0)
    raise Spoiled("too late")


@subscribe(TeaServed, queue="notifications")
def thank(delivered: Delivered) -> None:
    """Writes first and fails then: the writing must not stay."""
    reader = get_user_model().objects.get(username="tea-reader")
    notify(user_id=reader.pk, kind=Kind.PAYMENT, key=f"tea:{delivered.payload['cup']}", title="Tea", body="Thank you")
    if delivered.payload["spoiled"]:
        raise Spoiled("no sugar")
