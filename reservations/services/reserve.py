"""Asking for a book: a free copy that nobody waits for is held at once, else the patron joins the queue."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

import books.queries
import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationCreated
from reservations.models import OPEN, Reservation, Status
from reservations.services.allocate import allocate
from reservations.services.hold import hold_copy
from reservations.services.queue import publish_length, waiting
from reservations.standing import (
    LimitReached,
    ReservationError,
    Standing,
    check_days,
    check_may_request,
    standing_of,
)


class AlreadyReserved(ReservationError):
    code = "already_reserved"
    title = _("You have already reserved this book.")


class BookUnavailable(ReservationError):
    code = "unavailable"
    title = _("No copy of this book can be had right now.")


class TooManyPending(LimitReached):
    title = _("You are already waiting for as many books as one patron can.")


def reserve(*, user_id: int, book_id: int, days: int | None, join_queue: bool, now: datetime) -> Reservation:
    """Hold a free copy that nobody waits for, or join the queue; `days` defaults to the plan's longest loan.

    Raises BookNotFound, AlreadyReserved, BookUnavailable, TooManyPending, and what `check_days` and `check_may_hold`
    raise. The reservation comes back `ready` or `pending`.
    """
    reservation = _request(user_id=user_id, book_id=book_id, days=days, join_queue=join_queue, now=now)
    if reservation.status == Status.PENDING:
        allocate(book_id=book_id, now=now)
        reservation.refresh_from_db()
    return reservation


@transaction.atomic(durable=True)
def _request(*, user_id: int, book_id: int, days: int | None, join_queue: bool, now: datetime) -> Reservation:
    book = books.services.lock_book(book_id=book_id)
    subscriptions.services.lock_wallet(user_id=user_id)
    standing = standing_of(user_id=user_id, now=now)
    reservation = Reservation(
        user_id=user_id,
        book_id=book_id,
        days=standing.plan.max_days if days is None else days,
        priority=standing.plan.priority,
        joined_at=now,
    )
    _check_request(reservation, standing)
    if books.queries.status_of(book_id=book_id) == books.queries.UNAVAILABLE:
        raise BookUnavailable
    free_copy = None if waiting(book_id=book_id).exists() else books.services.first_free_copy(book_id=book_id)
    if free_copy is None and not join_queue:
        raise BookUnavailable
    if free_copy is None:
        _join_queue(reservation, standing)
    else:
        reservation.save()
        _created(reservation, Status.READY)
        hold_copy(
            reservation=reservation,
            copy_id=free_copy.pk,
            standing=standing,
            daily_fee=book.daily_fee,
            now=now,
        )
    return reservation


def _check_request(reservation: Reservation, standing: Standing) -> None:
    if Reservation.objects.filter(user_id=reservation.user_id, book_id=reservation.book_id, status__in=OPEN).exists():
        raise AlreadyReserved
    check_days(standing, reservation.days)
    check_may_request(standing)


def _join_queue(reservation: Reservation, standing: Standing) -> None:
    if standing.pending >= settings.MAX_PENDING:
        raise TooManyPending
    reservation.save()
    publish_length(book_id=reservation.book_id)
    _created(reservation, Status.PENDING)


def _created(reservation: Reservation, status: Status) -> None:
    record(
        ReservationCreated(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.book_id,
            status=status.value,
        )
    )
