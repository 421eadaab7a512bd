"""Reads of lending: shelves, places in the queue, availability of a book, quotes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

import books.queries
from library_portal.errors import PortalError
from reservations import places
from reservations.models import OPEN, Reservation, Status
from reservations.places import Asked, Place, newcomers
from reservations.places.counting import count_ahead, count_ahead_of, paused
from reservations.short_loans import cut, short_loan_days
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
class Used:
    """How much of a limit is used; no limit is None."""

    used: int
    limit: int | None


@dataclass(frozen=True)
class Quote:
    """What a reservation would cost and whether it would be allowed; nothing is changed by asking.

    `outcome` is `ready` or `pending`; `refusal` is None, or the error that `reserve` would raise now. Dollars.
    `days` are those asked for, cut to `short_loan_days` where many wait for the book (None: they are not that many).
    `estimate` is the patron's own wait, None unless they would have to.
    """

    days: int
    max_days: int
    short_loan_days: int | None
    daily_fee: Decimal
    discount_name: str
    discount_percent: int
    price: Decimal
    balance: Decimal
    limits: dict[str, Used]
    outcome: str
    queue_position: int | None
    estimate: Estimate | None
    refusal: PortalError | None


@dataclass(frozen=True)
class Shelf:
    ready: list[Reservation]
    on_loan: list[Reservation]
    waiting: list[Reservation]


def reservations() -> QuerySet[Reservation]:
    """Reservations with their book, authors and patron, newest first; `with_places` adds their places in the queue."""
    return (
        Reservation.objects.select_related("book", "user", "copy")
        .prefetch_related("book__authorships__author")
        .order_by("-pk")
    )


def reservations_of(*, user_id: int) -> QuerySet[Reservation]:
    return reservations().filter(user_id=user_id)


def with_places(rows: Iterable[Reservation]) -> list[Reservation]:
    """Each with its `queue_position` (1 is next; None unless pending) and the book's `queue_length`.

    All in one round trip; rows and their books come from one statement, as in `reservations`.
    """
    found = list(rows)
    ahead = places.how_many_ahead_of([row for row in found if row.status == Status.PENDING])
    for row in found:
        row.queue_position = ahead[row.pk] + 1 if row.pk in ahead else None
        row.queue_length = row.book.waiting_count if row.book else 0
    return found


def with_place(reservation_id: int) -> Reservation:
    """One of them. Raises Reservation.DoesNotExist."""
    return with_places([reservations().get(pk=reservation_id)])[0]


def open_reservation(*, user_id: int, book_id: int) -> Reservation | None:
    found = with_places(reservations_of(user_id=user_id).filter(book_id=book_id, status__in=OPEN))
    return found[0] if found else None


def has_asked_for(*, user_id: int, book_id: int) -> bool:
    """Whether this patron waits for the book, has it held, or has it."""
    return Reservation.objects.filter(user_id=user_id, book_id=book_id, status__in=OPEN).exists()


def shelf(*, user_id: int) -> Shelf:
    """Everything a patron has to do with; what ended is in `history.py`."""
    open_ones = with_places(reservations_of(user_id=user_id).filter(status__in=OPEN))
    return Shelf(
        ready=[one for one in open_ones if one.status == Status.READY],
        on_loan=sorted((one for one in open_ones if one.status == Status.ACTIVE), key=lambda one: str(one.due_on)),
        waiting=[one for one in open_ones if one.status == Status.PENDING],
    )


def holds_over(*, now: datetime, after: int = 0, limit: int) -> list[int]:
    """Reservations with ids above `after` whose hold has run out."""
    over = Reservation.objects.filter(status=Status.READY, hold_until__lte=now, pk__gt=after).order_by("pk")
    return list(over.values_list("pk", flat=True)[:limit])


def availability(*, book_id: int) -> Availability:
    """From PostgreSQL, never from the index. Raises BookNotFound."""
    book = books.queries.lending_facts(book_id=book_id)
    return Availability(
        status=book.status,
        copies=book.copies_count,
        free=book.free_copies,
        waiting=book.waiting_count,
        estimate=_estimate(book_id, book, newcomers(0)),
    )


def _estimate(book_id: int, book: books.queries.LendingFacts, place: Place) -> Estimate | None:
    """For who would take this place now; None when nobody has to wait, or can."""
    if book.status != books.queries.BORROWED:
        return None
    today = timezone.localdate()
    ahead = _ahead(book_id, book, place) - count_ahead(place, book_id=book_id, among=paused(today=today))
    return estimates([Turn(book_id, book.copies_count, max(ahead, 0))], today=today)[0]


def _ahead(book_id: int, book: books.queries.LendingFacts, place: Place) -> int:
    return places.how_many_ahead(Asked(book_id, book.queue_version, place)) if book.waiting_count else 0


def with_estimates(rows: Iterable[Reservation]) -> list[Reservation]:
    """With places, and each with its `estimate`: None unless it waits for a copy that can come.

    Five queries, however many they are.
    """
    found, today = with_places(rows), timezone.localdate()
    pending = [row for row in found if row.queue_position]
    copies = books.queries.lendable_copies(book_ids={row.remembered_book_id for row in pending})
    not_counted = count_ahead_of([row.pk for row in pending], among=paused(today=today))
    turns = {
        row.pk: Turn(row.book_id, copies[row.book_id], max((row.queue_position or 1) - 1 - not_counted[row.pk], 0))
        for row in pending
        if row.book_id in copies
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
    short_loan = short_loan_days(book_id=book_id, book=book)
    lent_for = cut(max(wanted, 1), plan_days=standing.plan.max_days, short_loan=short_loan)
    price = standing.price(daily_fee=book.daily_fee, days=lent_for)
    ready = book.status == books.queries.AVAILABLE
    place = newcomers(standing.plan.priority)
    refusal = _refusal(standing, book_id=book_id, status=book.status, days=wanted, price=price if ready else None)
    return Quote(
        days=lent_for,
        max_days=standing.plan.max_days,
        short_loan_days=short_loan,
        daily_fee=book.daily_fee,
        discount_name=standing.discount.name,
        discount_percent=standing.discount.percent,
        price=price,
        balance=standing.balance,
        limits=_limits(standing),
        outcome="ready" if ready else "pending",
        queue_position=None if ready else _ahead(book_id, book, place) + 1,
        estimate=_estimate(book_id, book, place),
        refusal=refusal,
    )


def _limits(standing: Standing) -> dict[str, Used]:
    return {
        "copies": Used(standing.copies_out, standing.plan.max_copies),
        "holds_this_week": Used(standing.holds_this_week, standing.plan.holds_per_week),
        "pending": Used(standing.pending, settings.MAX_PENDING),
    }


def _refusal(standing: Standing, *, book_id: int, status: str, days: int, price: Decimal | None) -> PortalError | None:
    """The error that `reserve` would raise now; without a `price` there is no copy to hold."""
    try:
        check_request(standing, user_id=standing.user_id, book_id=book_id, status=status, days=days)
        check_may_wait(standing) if price is None else check_may_hold(standing, price=price)
    except PortalError as error:
        return error
    return None


def extensions_left(reservation: Reservation) -> int:
    return max(settings.MAX_EXTENSIONS - reservation.extensions, 0) if reservation.status == Status.ACTIVE else 0
