"""Who gets a copy that becomes free (rules.md). One small transaction per candidate: book, then that one wallet."""

from datetime import datetime

from django.db import transaction

import books.services
import subscriptions.services
from library_portal.errors import PortalError
from library_portal.outbox import record
from reservations.events import ReservationPassedOver
from reservations.models import Reservation, Status
from reservations.services.hold import hold_copy
from reservations.services.queue import next_in_queue
from reservations.standing import PASSED_OVER_REASONS, standing_of


def allocate(*, book_id: int, now: datetime) -> list[int]:
    """Give the book's free copies to the first eligible patrons waiting; returns their reservations' ids, in order.

    Safe to repeat at any time. Must not run inside a transaction: each candidate's is its own.
    """
    held: list[int] = []
    passed_over: set[int] = set()
    while (candidate := _try_next(book_id=book_id, now=now, passed_over=passed_over)) is not None:
        if candidate.status == Status.READY:
            held.append(candidate.pk)
    return held


def allocate_for_patron(*, user_id: int, now: datetime) -> list[int]:
    """The patron's means have changed (top-up, upgrade, debt paid, copy returned): try the books waited for."""
    books_waited_for = Reservation.objects.filter(user_id=user_id, status=Status.PENDING).order_by("pk")
    return [
        reservation_id
        for book_id in books_waited_for.values_list("book_id", flat=True)
        for reservation_id in allocate(book_id=book_id, now=now)
    ]


@transaction.atomic(durable=True)
def _try_next(*, book_id: int, now: datetime, passed_over: set[int]) -> Reservation | None:
    """Try the next candidate for a free copy; None when there is no copy or nobody left to try.

    A place whose priority is no longer its patron's (the plan ran out) moves there first and is tried at its turn.
    """
    book = books.services.lock_book(book_id=book_id)
    copy = books.services.first_free_copy(book_id=book_id)
    candidate = copy and next_in_queue(book_id=book_id, now=now, passed_over=passed_over)
    if not copy or not candidate:
        return None
    subscriptions.services.lock_wallet(user_id=candidate.user_id)
    standing = standing_of(user_id=candidate.user_id, now=now)
    if candidate.priority != standing.plan.priority:
        candidate.priority = standing.plan.priority
        candidate.save(update_fields=["priority"])
        return candidate
    try:
        hold_copy(reservation=candidate, copy_id=copy.pk, standing=standing, daily_fee=book.daily_fee, now=now)
    except tuple(PASSED_OVER_REASONS) as refusal:
        passed_over.add(candidate.pk)
        _pass_over(candidate, refusal)
    return candidate


def _pass_over(candidate: Reservation, refusal: PortalError) -> None:
    """The place is kept; the patron is told once per reason."""
    reason = PASSED_OVER_REASONS[type(refusal)]
    if reason in candidate.told_reasons:
        return
    candidate.told_reasons.append(reason)
    candidate.save(update_fields=["told_reasons"])
    record(
        ReservationPassedOver(
            reservation_id=candidate.pk, user_id=candidate.user_id, book_id=candidate.book_id, reason=reason
        )
    )
