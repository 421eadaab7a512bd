"""What was recorded in the outbox, step by step."""

from decimal import Decimal
from typing import Any

from library_portal.outbox.models import OutboxEvent
from subscriptions.models import LedgerEntry


class News:
    """Each call tells the events since the last one, in their order; the catalogue's are left out."""

    def __init__(self) -> None:
        self.last = 0
        self()

    def __call__(self) -> list[tuple[str, dict[str, Any]]]:
        found = list(OutboxEvent.objects.filter(pk__gt=self.last).order_by("pk"))
        self.last = found[-1].pk if found else self.last
        return [(event.name, event.payload) for event in found if not event.name.startswith("book.")]


def movement(user_id: int, amount: str, kind: str, reference: str, balance_after: str) -> tuple[str, dict[str, Any]]:
    """The news of the newest entry of this amount."""
    name = "wallet.debited" if amount.startswith("-") else "wallet.credited"
    entry = LedgerEntry.objects.filter(wallet__user=user_id, amount=Decimal(amount)).latest("pk")
    return name, {
        "user_id": user_id,
        "entry_id": entry.pk,
        "amount": amount,
        "kind": kind,
        "reference": reference,
        "balance_after": balance_after,
    }
