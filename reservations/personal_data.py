"""Lending's part of what the portal holds about a person (docs/privacy.md)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

import subscriptions.services
from library_portal.interface import dollars
from library_portal.personal_data import (
    ROWS_AT_ONCE,
    MayNotLeave,
    ends_business,
    erases,
    exports_as,
    forgets_history,
    may_object,
    would_lose,
)
from reservations import services
from reservations.models import OPEN, CalendarFeed, Reservation, Status

EXPORTED = [
    "id", "status", "book_id", "book__title", "copy__barcode", "days", "priority", "joined_at", "paused_until",
    "price", "discount_name", "discount_percent", "paid", "refunded", "late_fee", "ready_at", "hold_until",
    "starts_on", "due_on", "extensions", "closed_at",
]  # fmt: skip


class CopiesOut(MayNotLeave):
    """Rules.md, "Accounts": refused while a copy is out."""


class ReservedJustNow(MayNotLeave):
    title = gettext_lazy("A book was reserved for this account a moment ago. Please try again.")


def _open(user_id: int, *statuses: str) -> QuerySet[Reservation]:
    return Reservation.objects.filter(user_id=user_id, status__in=statuses)


@exports_as("reservations", Reservation)
def reservations(user_id: int) -> Iterator[dict[str, Any]]:
    rows = Reservation.objects.filter(user_id=user_id).order_by("pk")
    return rows.values(*EXPORTED).iterator(chunk_size=ROWS_AT_ONCE)


@exports_as("calendar_feed", CalendarFeed)
def calendar_feed(user_id: int) -> dict[str, Any] | None:
    """That there is one, and not its address, which is a secret."""
    return CalendarFeed.objects.filter(user_id=user_id).values("created_at").first()


@may_object
def a_copy_is_out(user_id: int) -> None:
    """Raises CopiesOut. Under the wallet's lock, as whatever gives this person a book takes it too."""
    subscriptions.services.lock_wallet(user_id=user_id)
    if copies := _open(user_id, Status.ACTIVE).count():
        raise CopiesOut(
            ngettext(
                "%(count)s book is still on loan. Please bring it back first.",
                "%(count)s books are still on loan. Please bring them back first.",
                copies,
            )
            % {"count": copies}
        )


@would_lose
def money_in_holds(user_id: int) -> str | None:
    held = _open(user_id, Status.READY).aggregate(paid=Sum("paid"))["paid"] or Decimal(0)
    if not held:
        return None
    return _("%(amount)s paid for books that are held for you") % {"amount": dollars(held)}


@ends_business
def give_up_places_and_holds(user_id: int, now: datetime) -> None:
    for reservation_id in _open(user_id, Status.PENDING, Status.READY).order_by("pk").values_list("pk", flat=True):
        with suppress(services.NotCancellable):  # lent meanwhile: `a_copy_is_out` says so
            services.cancel(reservation_id=reservation_id, now=now)


@erases
def forget_everything_read(user_id: int, now: datetime) -> None:
    """The rows of reservations stay: the ledger refers to them. Raises ReservedJustNow."""
    services.end_feed(user_id=user_id)
    if _open(user_id, *OPEN).exists():
        raise ReservedJustNow
    services.forget_loans_of(user_id=user_id, also_lost=True)


@forgets_history
def forget_ended_loans(user_id: int, now: datetime) -> None:
    services.forget_loans_of(user_id=user_id)
