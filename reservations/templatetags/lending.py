"""Template tags by which pages of other contexts show lending: the catalogue itself does not know who borrows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone

from reservations import queries
from reservations.models import Reservation
from subscriptions.discounts import reservation_price

register = template.Library()


@dataclass(frozen=True)
class DaysOffer:
    """How many days, and what they cost this patron in dollars."""

    days: int
    price: Decimal


@register.inclusion_tag("reservations/_lending.html", takes_context=True)
def lending(context: dict[str, Any], book: dict[str, Any]) -> dict[str, Any]:
    """The card beside a book: its copies and queue, and what this reader can do next."""
    request, now = context["request"], timezone.now()
    shown = {"request": request, "user": request.user, "book": book, "csrf_token": context.get("csrf_token")}
    shown |= {"now": now, "self_service": settings.SELF_SERVICE, "hold_hours": settings.HOLD_HOURS}
    shown["availability"] = queries.availability(book_id=book["id"])
    if not request.user.is_authenticated:
        return shown
    reservation = queries.open_reservation(user_id=request.user.pk, book_id=book["id"])
    if reservation is not None:
        return shown | {"reservation": reservation}
    quote = queries.quote(user_id=request.user.pk, book_id=book["id"], days=None, now=now)
    return shown | {"quote": quote, "offers": list(offers(quote))}


def offers(quote: queries.Quote) -> Iterable[DaysOffer]:
    """Every length of loan that the patron's plan allows."""
    for days in range(1, quote.max_days + 1):
        yield DaysOffer(days, reservation_price(daily_fee=quote.daily_fee, days=days, percent=quote.discount_percent))


@register.filter
def days_until(day: date) -> int:
    """Calendar days from today in the library's time zone; negative when the day is over."""
    return (day - timezone.localdate()).days


@register.filter
def absolute(number: int) -> int:
    return abs(number)


@register.filter
def cost(reservation: Reservation) -> Decimal:
    """Dollars that the reservation has cost in the end."""
    return reservation.paid - reservation.refunded + reservation.late_fee


@register.simple_tag
def entries_with_books(entries: Iterable[Any]) -> list[tuple[Any, dict[str, Any] | None]]:
    """Each entry of a statement with the reservation's book (`book_id`, `book__title`) where it refers to one
    that is remembered."""
    rows = list(entries)
    ids = {entry.pk: _reservation_id(entry.reference) for entry in rows}
    remembered = Reservation.objects.filter(pk__in=[pk for pk in ids.values() if pk], book__isnull=False)
    found = remembered.values("pk", "book_id", "book__title")
    books = {row["pk"]: row for row in found}
    return [(entry, books.get(ids[entry.pk])) for entry in rows]


def _reservation_id(reference: str) -> int | None:
    kind, _colon, number = reference.partition(":")
    return int(number) if kind == "reservation" and number.isdigit() else None
