"""The desk takes its last scan back within a minute: loan, money, copy and queue are as before."""

from datetime import timedelta
from decimal import Decimal

import pytest

from books.models import Book, Copy, MonthlyLoans
from reservations import services
from reservations.models import Reservation, Status
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def undo_return(loan: Reservation, done_at, now):
    step = Reservation.objects.get(pk=loan.pk).step
    return services.undo_return(reservation_id=loan.pk, step=step, done_at=done_at, now=now)


def test_a_check_out_is_taken_back(now) -> None:
    book = book_with_copies(1)
    loan = lent(patron(), book, now)
    held = services.undo_check_out(reservation_id=loan.pk, step=loan.step, done_at=now, now=now + timedelta(seconds=59))
    assert (held.status, held.starts_on, held.due_on, held.copy_id) == (Status.READY, None, None, loan.copy_id)
    assert Copy.objects.get(pk=loan.copy_id).status == Copy.Status.HELD
    assert Book.objects.get(pk=book.pk).loans_count == 0
    assert MonthlyLoans.objects.get(book=book).loans == 0
    assert services.check_out(reservation_id=loan.pk, now=now).status == Status.ACTIVE


def test_after_a_minute_it_stays(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotUndoable):
        services.undo_check_out(reservation_id=loan.pk, step=loan.step, done_at=now, now=now + timedelta(seconds=61))


def test_what_has_changed_since_is_not_taken_back(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    services.extend(reservation_id=loan.pk, now=now + timedelta(days=1))
    with pytest.raises(services.NotUndoable):
        services.undo_check_out(reservation_id=loan.pk, step=loan.step, done_at=now, now=now)


@pytest.mark.parametrize("days_out", [3, 10], ids=["early, with a refund", "late, with a fee"])
def test_a_return_is_taken_back_with_its_money(now, days_out: int) -> None:
    reader = patron(balance="5.00")
    loan = lent(reader, book_with_copies(1), now)
    later = now + timedelta(days=days_out)
    services.return_copy(reservation_id=loan.pk, now=later)
    again = undo_return(loan, done_at=later, now=later)
    assert (again.status, again.refunded, again.late_fee, again.closed_at) == (Status.ACTIVE, 0, 0, None)
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.30")
    assert Copy.objects.get(pk=loan.copy_id).status == Copy.Status.ON_LOAN


def test_the_second_return_moves_the_money_again(now) -> None:
    reader = patron(balance="5.00")
    loan = lent(reader, book_with_copies(1), now)
    later = now + timedelta(days=3)
    for _ in range(2):
        services.return_copy(reservation_id=loan.pk, now=later)
        undo_return(loan, done_at=later, now=later)
    assert services.return_copy(reservation_id=loan.pk, now=later).refunded == Decimal("0.40")
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.70")


def test_a_fee_that_is_still_owed_is_not_owed_any_more(now) -> None:
    reader = patron(balance="0.80")
    loan = lent(reader, book_with_copies(1), now)
    late = now + timedelta(days=10)
    assert services.return_copy(reservation_id=loan.pk, now=late).owed == Decimal("0.50")
    undo_return(loan, done_at=late, now=late)
    wallet = wallet_of(user_id=reader.pk)
    assert (wallet.balance, wallet.debt) == (Decimal("0.10"), Decimal(0))


def test_the_next_reader_waits_again_at_the_same_place(now) -> None:
    book = book_with_copies(1)
    loan = lent(patron(), book, now)
    next_reader = patron(balance="5.00")
    waiting = reserved(next_reader, book, now)
    services.return_copy(reservation_id=loan.pk, now=now)
    undo_return(loan, done_at=now, now=now)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.copy_id, waiting.queued_at) == (Status.PENDING, None, now)
    assert wallet_of(user_id=next_reader.pk).balance == Decimal("5.00")
    assert Book.objects.get(pk=book.pk).waiting_count == 1


def test_a_copy_that_the_next_reader_has_taken_stays_there(now) -> None:
    book = book_with_copies(1)
    loan = lent(patron(), book, now)
    waiting = reserved(patron(), book, now)
    services.return_copy(reservation_id=loan.pk, now=now)
    services.check_out(reservation_id=waiting.pk, now=now)
    with pytest.raises(services.NotUndoable, match="next reader"):
        undo_return(loan, done_at=now, now=now)


def test_a_refund_that_is_spent_is_not_taken_back(now) -> None:
    reader = patron(plan="PLUS", balance="0.70")
    loan = lent(reader, book_with_copies(1), now)
    services.return_copy(reservation_id=loan.pk, now=now)
    reserved(reader, book_with_copies(1), now)
    with pytest.raises(services.NotUndoable, match="spent"):
        undo_return(loan, done_at=now, now=now)
    assert Reservation.objects.get(pk=loan.pk).status == Status.COMPLETED
