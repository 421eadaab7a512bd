"""Check-out, return, cancel and expiry, with the money that moves (rules.md, "Changing dates" and "Late")."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from books.models import Book, Copy
from reservations import services
from reservations.fees import early_return_refund, late_fee
from reservations.models import Reservation, Status
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def reserve(user, book, now, days=7) -> Reservation:
    return services.reserve(user_id=user.pk, book_id=book.pk, days=days, join_queue=True, now=now)


def lend(user, book, now, days=7) -> Reservation:
    return services.check_out(reservation_id=reserve(user, book, now, days).pk, now=now)


def test_check_out_starts_the_loan_today(now) -> None:
    loan = lend(patron(), book_with_copies(1), now)
    assert (loan.status, loan.starts_on, loan.due_on) == (Status.ACTIVE, date(2026, 11, 2), date(2026, 11, 9))
    assert Copy.objects.get(pk=loan.copy_id).status == Copy.Status.ON_LOAN
    assert Book.objects.get(pk=loan.book_id).loans_count == 1


def test_loan_days_are_days_of_the_librarys_time_zone(settings) -> None:
    """Ten at night in New York is the next day already by UTC."""
    settings.TIME_ZONE = "America/New_York"
    night = datetime(2026, 11, 3, 3, tzinfo=UTC)
    loans = [lend(patron(), book_with_copies(1), night) for _ in range(3)]
    assert {(loan.starts_on, loan.due_on) for loan in loans} == {(date(2026, 11, 2), date(2026, 11, 9))}
    longer = services.extend(reservation_id=loans[0].pk, now=night + timedelta(days=1))
    assert longer.due_on == date(2026, 11, 10)
    back = [services.return_copy(reservation_id=loans[1].pk, now=night + timedelta(days=7))]
    back.append(services.return_copy(reservation_id=loans[2].pk, now=night + timedelta(days=2)))
    assert [(one.refunded, one.late_fee) for one in back] == [
        (Decimal("0.00"), Decimal("0.00")),
        (Decimal("0.50"), Decimal("0.00")),
    ]


def test_checking_out_twice_changes_nothing(now) -> None:
    loan = lend(patron(), book_with_copies(1), now)
    again = services.check_out(reservation_id=loan.pk, now=now + timedelta(days=1))
    assert again.due_on == loan.due_on
    assert Book.objects.get(pk=loan.book_id).loans_count == 1


def test_a_hold_that_has_run_out_cannot_be_checked_out(now) -> None:
    held = reserve(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotCheckable):
        services.check_out(reservation_id=held.pk, now=now + timedelta(hours=48))


def test_an_early_return_refunds_the_unused_days(now) -> None:
    reader = patron(balance="5.00")
    loan = lend(reader, book_with_copies(1), now)
    result = services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=3))
    assert (result.refunded, result.late_fee, result.owed) == (Decimal("0.40"), Decimal(0), Decimal(0))
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.70")


def test_returning_twice_is_no_error_and_changes_nothing(now) -> None:
    reader = patron(balance="5.00")
    loan = lend(reader, book_with_copies(1), now)
    for _ in range(2):
        result = services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=3))
    assert (result.refunded, result.reservation.status) == (Decimal(0), Status.COMPLETED)
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.70")


def test_a_late_return_costs_twice_the_daily_fee_per_day_begun(now) -> None:
    reader = patron(balance="5.00")
    loan = lend(reader, book_with_copies(1), now)
    result = services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=10))
    assert (result.refunded, result.late_fee, result.owed) == (Decimal(0), Decimal("0.60"), Decimal(0))
    assert wallet_of(user_id=reader.pk).balance == Decimal("3.70")


def test_what_the_wallet_cannot_cover_stays_as_a_debt(now) -> None:
    reader = patron(balance="0.80")
    loan = lend(reader, book_with_copies(1), now)
    result = services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=10))
    assert result.owed == Decimal("0.50")
    wallet = wallet_of(user_id=reader.pk)
    assert (wallet.balance, wallet.debt) == (Decimal(0), Decimal("0.50"))


def test_only_a_loan_can_be_returned(now) -> None:
    held = reserve(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotReturnable):
        services.return_copy(reservation_id=held.pk, now=now)


def test_a_return_gives_the_copy_to_the_next(now) -> None:
    book = book_with_copies(1)
    loan = lend(patron(), book, now)
    waiting = reserve(patron(), book, now)
    result = services.return_copy(reservation_id=loan.pk, now=now)
    waiting.refresh_from_db()
    assert (result.next_reservation_id, waiting.status, waiting.copy_id) == (waiting.pk, Status.READY, loan.copy_id)


def test_cancelling_a_hold_gives_everything_back(now) -> None:
    reader = patron(balance="5.00")
    held = reserve(reader, book_with_copies(1), now)
    cancelled = services.cancel(reservation_id=held.pk, now=now)
    assert (cancelled.status, cancelled.refunded) == (Status.CANCELLED, Decimal("0.70"))
    assert wallet_of(user_id=reader.pk).balance == Decimal("5.00")
    assert Copy.objects.get(pk=held.copy_id).status == Copy.Status.AVAILABLE


def test_a_loan_cannot_be_cancelled(now) -> None:
    loan = lend(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotCancellable):
        services.cancel(reservation_id=loan.pk, now=now)


def test_a_hold_expires_after_48_hours_with_a_full_refund(now) -> None:
    reader = patron(balance="5.00")
    held = reserve(reader, book_with_copies(1), now)
    services.expire_hold(reservation_id=held.pk, now=now + timedelta(hours=47))
    held.refresh_from_db()
    assert held.status == Status.READY
    services.expire_hold(reservation_id=held.pk, now=now + timedelta(hours=48))
    held.refresh_from_db()
    assert held.status == Status.EXPIRED
    assert wallet_of(user_id=reader.pk).balance == Decimal("5.00")


@pytest.mark.parametrize(
    ("paid", "days", "used", "refund"),
    [
        ("0.70", 7, 0, "0.70"),
        ("0.70", 7, 7, "0.00"),
        ("0.70", 7, 9, "0.00"),
        ("1.00", 3, 2, "0.33"),
        ("0.00", 7, 2, "0.00"),
    ],
)
def test_refund_table(paid: str, days: int, used: int, refund: str) -> None:
    assert early_return_refund(paid=Decimal(paid), days=days, used_days=used) == Decimal(refund)


@pytest.mark.parametrize(("late_days", "fee"), [(-1, "0.00"), (0, "0.00"), (1, "0.20"), (49, "9.80"), (400, "20.00")])
def test_late_fee_table(late_days: int, fee: str) -> None:
    due = date(2026, 11, 2)
    returned = due + timedelta(days=late_days)
    assert late_fee(daily_fee=Decimal("0.10"), cap=Decimal(20), due_on=due, returned_on=returned) == Decimal(fee)


def test_a_started_cent_of_a_late_fee_counts(settings) -> None:
    settings.LATE_FEE_FACTOR = Decimal("1.5")
    due, back = date(2026, 11, 2), date(2026, 11, 3)
    assert late_fee(daily_fee=Decimal("0.35"), cap=Decimal(20), due_on=due, returned_on=back) == Decimal("0.53")
