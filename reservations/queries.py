"""Reads of lending: shelves, places in the queue, availability of a book, quotes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

import books.queries
from library_portal.errors import PortalError
from reservations.models import OPEN, Reservation, Status
from reservations.places import LAST, Place
from reservations.places.counting import count_ahead, count_ahead_of, paused, waiting
from reservations.standing import Standing, check_may_hold, check_may_wait, check_request, standing_of
from reservations.waiting_time import Estimate, Turn, estimates


@dataclass(frozen=True)
class Availability:
    """A book's copies and queue now; `status` is `available`, `borrowed` or `unavailable`.

    `estimate` is that of a newcomer behind everybody: None when a copy is free, or when there is none to wait for.
    """

    status: str
    copies: int
    free: int
    waiting: int
    estimate: Estimate | None

    @property
    def estimated_wait(self) -> int | None:
        """In days: 0 when a copy is free for a newcomer, None when there is none to wait for."""
        if self.estimate is not None:
            return self.estimate.days
        return 0 if self.status == books.queries.AVAILABLE else None


@dataclass(frozen=True)
class Quote:
    """What a reservation would cost and whether it would be allowed; nothing is changed by asking.

    `outcome` is `ready` or `pending`; `refusal` is None, or the error that `reserve` would raise now. Dollars.
    `estimate` is the patron's own wait, None unless they would have to.
    """

    days: int
    max_days: int
    daily_fee: Decimal
    discount_name: str
    discount_percent: int
    price: Decimal
    balance: Decimal
    outcome: str
    queue_position: int | None
    estimate: Estimate | None
    refusal: PortalError | None


@dataclass(frozen=True)
class Shelf:
    ready: list[Reservation]
    on_loan: list[Reservation]
    waiting: list[Reservation]
    history: list[Reservation]


HISTORY_SHOWN = 20


def reservations() -> QuerySet[Reservation]:
    """Reservations with their book, authors, patron and place in the queue, newest first, in bounded queries."""
    return (
        Reservation.objects.select_related("book", "user", "copy")
        .prefetch_related("book__authorships__author")
        .annotate(queue_position=_position(), queue_length=_length())
        .order_by("-pk")
    )


def reservations_of(*, user_id: int) -> QuerySet[Reservation]:
    return reservations().filter(user_id=user_id)


def open_reservation(*, user_id: int, book_id: int) -> Reservation | None:
    return reservations_of(user_id=user_id).filter(book_id=book_id, status__in=OPEN).first()


def has_asked_for(*, user_id: int, book_id: int) -> bool:
    """Whether this patron waits for the book, has it held, or has it."""
    return Reservation.objects.filter(user_id=user_id, book_id=book_id, status__in=OPEN).exists()


def shelf(*, user_id: int) -> Shelf:
    """Everything a patron has to do with, and the last of what ended."""
    open_ones = list(reservations_of(user_id=user_id).filter(status__in=OPEN))
    ended = reservations_of(user_id=user_id).exclude(status__in=OPEN).order_by("-closed_at")[:HISTORY_SHOWN]
    return Shelf(
        ready=[one for one in open_ones if one.status == Status.READY],
        on_loan=sorted((one for one in open_ones if one.status == Status.ACTIVE), key=lambda one: str(one.due_on)),
        waiting=[one for one in open_ones if one.status == Status.PENDING],
        history=list(ended),
    )


def holds_over(*, now: datetime, limit: int) -> list[int]:
    """Reservations whose hold has run out, oldest first."""
    over = Reservation.objects.filter(status=Status.READY, hold_until__lte=now).order_by("hold_until")
    return list(over.values_list("pk", flat=True)[:limit])


def availability(*, book_id: int) -> Availability:
    """From PostgreSQL, never from the index. Raises BookNotFound."""
    book = books.queries.lending_facts(book_id=book_id)
    return Availability(
        status=book.status,
        copies=book.copies_count,
        free=book.free_copies,
        waiting=book.waiting_count,
        estimate=_estimate(book_id, book, Place(0, timezone.now(), LAST)),
    )


def _estimate(book_id: int, book: books.queries.LendingFacts, place: Place) -> Estimate | None:
    """For who would take this place now; None when nobody has to wait, or can."""
    if book.status != books.queries.BORROWED:
        return None
    today = timezone.localdate()
    ahead = count_ahead(place, book_id=book_id, among=waiting())
    not_counted = count_ahead(place, book_id=book_id, among=paused(today=today))
    return estimates([Turn(book_id, book.copies_count, ahead - not_counted)], today=today)[0]


def with_estimates(rows: Iterable[Reservation]) -> list[Reservation]:
    """Each with its `estimate`; None unless it waits for a copy that can come. Six queries, however many they are."""
    found, today = list(rows), timezone.localdate()
    ids = [row.pk for row in found if row.status == Status.PENDING]
    ahead, not_counted = count_ahead_of(ids, among=waiting()), count_ahead_of(ids, among=paused(today=today))
    copies = books.queries.lendable_copies(book_ids={row.book_id for row in found if row.pk in ahead})
    turns = {
        row.pk: Turn(row.book_id, copies[row.book_id], ahead[row.pk] - not_counted[row.pk])
        for row in found
        if row.pk in ahead and row.book_id in copies
    }
    reckoned = dict(zip(turns, estimates(list(turns.values()), today=today), strict=True))
    for row in found:
        row.estimate = reckoned.get(row.pk)
    return found


def quote(*, user_id: int, book_id: int, days: int | None, now: datetime) -> Quote:
    """Price, discount and limits before confirming. Raises BookNotFound."""
    book = books.queries.lending_facts(book_id=book_id)
    standing = standing_of(user_id=user_id, now=now)
    wanted = standing.plan.max_days if days is None else days
    price = standing.price(daily_fee=book.daily_fee, days=max(wanted, 1))
    ready = book.status == books.queries.AVAILABLE
    place = Place(standing.plan.priority, now, LAST)
    refusal = _refusal(standing, user_id=user_id, book_id=book_id, days=wanted, price=price if ready else None)
    return Quote(
        days=wanted,
        max_days=standing.plan.max_days,
        daily_fee=book.daily_fee,
        discount_name=standing.discount.name,
        discount_percent=standing.discount.percent,
        price=price,
        balance=standing.balance,
        outcome="ready" if ready else "pending",
        queue_position=None if ready else count_ahead(place, book_id=book_id, among=waiting()) + 1,
        estimate=_estimate(book_id, book, place),
        refusal=refusal,
    )


def _refusal(standing: Standing, *, user_id: int, book_id: int, days: int, price: Decimal | None) -> PortalError | None:
    """The error that `reserve` would raise now; without a `price` there is no copy to hold."""
    try:
        check_request(standing, user_id=user_id, book_id=book_id, days=days)
        check_may_wait(standing) if price is None else check_may_hold(standing, price=price)
    except PortalError as error:
        return error
    return None


def extensions_left(reservation: Reservation) -> int:
    return max(settings.MAX_EXTENSIONS - reservation.extensions, 0) if reservation.status == Status.ACTIVE else 0


def _same_queue() -> QuerySet[Reservation]:
    return Reservation.objects.filter(book_id=OuterRef("book_id"), status=Status.PENDING).order_by()


def _counted(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.values("book_id").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _length() -> Coalesce:
    return _counted(_same_queue())


def _position() -> Any:
    """1 for the next in the queue; None unless pending."""
    ahead = _same_queue().filter(
        Q(priority__gt=OuterRef("priority"))
        | Q(priority=OuterRef("priority"), queued_at__lt=OuterRef("queued_at"))
        | Q(priority=OuterRef("priority"), queued_at=OuterRef("queued_at"), pk__lte=OuterRef("pk"))
    )
    return Case(When(status=Status.PENDING, then=_counted(ahead)), default=None, output_field=IntegerField())
