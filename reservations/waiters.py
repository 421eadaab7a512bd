"""A book's queue as staff see it: who waits, in which order, and what keeps each from having a copy now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from library_portal.errors import PortalError
from reservations.models import Reservation, Status
from reservations.places import ORDER
from reservations.queries import reservations
from reservations.short_loans import cut, short_loan_days
from reservations.standing import Standing, refusal_to_hold, standings_of


@dataclass(frozen=True)
class Waiter:
    """One place with its patron's plan; `refusal` is why no copy could be held now, None when one could.

    Who is paused is passed over, whatever else may be said.
    """

    reservation: Reservation
    plan: Any
    is_paused: bool
    refusal: PortalError | None


def queue_of(*, book_id: int) -> QuerySet[Reservation]:
    """Everybody who waits for the book, the next one first."""
    return reservations().filter(book_id=book_id, status=Status.PENDING).order_by(*ORDER)


def waiters(rows: Iterable[Reservation], *, now: datetime) -> list[Waiter]:
    """Each of these places of one queue with its prospects, in a number of queries that does not grow with them."""
    places = list(rows)
    if not places:
        return []
    standings = standings_of(user_ids={place.user_id for place in places}, now=now)
    short_loan = short_loan_days(book_id=places[0].remembered_book_id, in_queue=True)
    return [_waiter(place, standings[place.user_id], short_loan, now) for place in places]


def _waiter(place: Reservation, standing: Standing, short_loan: int | None, now: datetime) -> Waiter:
    days = cut(place.days, plan_days=standing.plan.max_days, short_loan=short_loan)
    return Waiter(
        reservation=place,
        plan=standing.plan,
        is_paused=place.paused_until is not None and place.paused_until > timezone.localdate(now),
        refusal=refusal_to_hold(standing, daily_fee=place.book.daily_fee, days=days),
    )
