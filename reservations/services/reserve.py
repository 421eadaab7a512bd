"""Asking for a book: a free copy that nobody waits for is held at once, else the patron joins the queue."""

from datetime import datetime

from django.db import transaction

import books.queries
import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationCreated
from reservations.models import Reservation, Status
from reservations.services.allocate import allocate
from reservations.services.hold import hold_copy
from reservations.services.queue import place_of, queue_changed, waiting
from reservations.services.steps import write_down
from reservations.standing import BookUnavailable, Standing, check_may_wait, check_request, standing_of


def reserve(*, user_id: int, book_id: int, days: int | None, join_queue: bool, now: datetime) -> Reservation:
    """Hold a free copy that nobody waits for, or join the queue; `days` defaults to the plan's longest loan.

    Raises BookNotFound, AlreadyReserved, BookUnavailable, DurationTooLong, and what `check_may_hold` and
    `check_may_wait` raise. The reservation comes back `ready` or `pending`.
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
    reservation = _wished_for(standing, book_id=book_id, days=days, now=now)
    status = books.queries.lending_facts(book_id=book_id).status  # none for a withdrawn one
    check_request(standing, user_id=user_id, book_id=book_id, status=status, days=reservation.days)
    free_copy = None if waiting(book_id=book_id).exists() else books.services.first_free_copy(book_id=book_id)
    if free_copy is None and not join_queue:
        raise BookUnavailable
    if free_copy is None:
        _join_queue(reservation, standing)
    else:
        reservation.save()
        _created(reservation, Status.READY)
        hold_copy(reservation=reservation, copy_id=free_copy.pk, standing=standing, daily_fee=book.daily_fee, now=now)
    return reservation


def _wished_for(standing: Standing, *, book_id: int, days: int | None, now: datetime) -> Reservation:
    return Reservation(
        user_id=standing.user_id,
        book_id=book_id,
        days=standing.plan.max_days if days is None else days,
        priority=standing.plan.priority,
        joined_at=now,
        queued_at=now,
    )


def _join_queue(reservation: Reservation, standing: Standing) -> None:
    check_may_wait(standing)
    reservation.save()
    queue_changed(book_id=reservation.remembered_book_id, joined=place_of(reservation))
    _created(reservation, Status.PENDING)


def _created(reservation: Reservation, status: Status) -> None:
    record(
        ReservationCreated(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            status=status.value,
        )
    )
    write_down(reservation, "reserve")
