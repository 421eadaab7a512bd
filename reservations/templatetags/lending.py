"""Template tags by which pages of other contexts show lending: the catalogue itself does not know who borrows."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from library_portal.errors import PortalError
from reservations import queries
from reservations.models import Reservation
from reservations.offers import offers_for, pick_up
from reservations.refusals import explained
from reservations.short_loans import short_loan_days

register = template.Library()
register.filter("extensions_left", queries.extensions_left)


@register.inclusion_tag("reservations/_lending.html", takes_context=True)
def lending(context: dict[str, Any], book: dict[str, Any]) -> dict[str, Any]:
    """The card beside a book: its copies and queue, and what this reader can do next."""
    request, now = context["request"], timezone.now()
    shown = {"request": request, "user": request.user, "book": book, "csrf_token": context.get("csrf_token")}
    shown["availability"] = queries.availability(book_id=book["id"])
    shown["short_loan"] = short_loan_days(book_id=book["id"])
    if not request.user.is_authenticated:
        return shown
    user_id = request.user.pk
    reservation = queries.open_reservation(user_id=user_id, book_id=book["id"])
    if reservation is not None:
        queries.with_estimates([reservation])
        return shown | {"offer": offers_for([reservation], user_id=user_id, now=now)[0]}
    shown["pick_up"] = pick_up(now=now)
    return shown | {"quote": queries.quote(user_id=user_id, book_id=book["id"], days=None, now=now)}


@register.simple_tag(takes_context=True)
def way_out(context: dict[str, Any], refusal: PortalError) -> SafeString:
    """The refusal in words, and where it can be mended; from the wallet one comes back to this page."""
    return explained(refusal, back=context["request"].get_full_path())


@register.simple_tag
def pause_days() -> dict[str, date]:
    """The first and the last day to which a place can be paused."""
    today = timezone.localdate()
    return {"first": today + timedelta(days=1), "last": today + timedelta(days=settings.MAX_PAUSE_DAYS)}


@register.filter
def days_until(day: date) -> int:
    """Calendar days from today in the library's time zone; negative when the day is over."""
    return (day - timezone.localdate()).days


@register.filter
def is_over(until: datetime) -> bool:
    return until <= timezone.now()


@register.filter
def absolute(number: int | Decimal) -> int | Decimal:
    return abs(number)


@register.filter
def cost(reservation: Reservation) -> Decimal:
    """Dollars that the reservation has cost in the end."""
    return reservation.paid - reservation.refunded + reservation.late_fee + reservation.lost_fee
