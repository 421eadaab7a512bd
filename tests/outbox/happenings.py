"""An event of the tests' own and handlers that leave a trace."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from library_portal.notifications import notify
from library_portal.notifications.models import Kind
from library_portal.outbox import Event, subscribe
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


@subscribe(TeaServed, queue="notifications")
def thank(delivered: Delivered) -> None:
    """Writes first and fails then: the writing must not stay."""
    reader = get_user_model().objects.get(username="tea-reader")
    notify(user_id=reader.pk, kind=Kind.PAYMENT, key=f"tea:{delivered.payload['cup']}", title="Tea", body="Thank you")
    if delivered.payload["spoiled"]:
        raise Spoiled("no sugar")
