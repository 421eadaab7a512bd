"""A lent copy that never comes back is charged; found again, the charge goes back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

import accounts.services
from books.models import Copy
from reservations import services
from reservations.models import Status
from reservations.services.history import forget_old_loans
from reservations.standing import standing_of
from subscriptions.models import LedgerEntry
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def wallet(user) -> tuple[Decimal, Decimal]:
    state = wallet_of(user_id=user.pk)
    return state.balance, state.debt


def test_a_lost_copy_costs_the_price_of_the_book(now) -> None:
    reader = patron(balance="30.00")
    loan = lent(reader, book_with_copies(1, price="12.00"), now)
    lost = services.lose_copy(reservation_id=loan.pk, now=now + timedelta(days=9))
    assert (lost.status, lost.lost_on, lost.late_fee, lost.lost_fee, lost.refunded) == (
        Status.COMPLETED, date(2026, 11, 11), Decimal("0.40"), Decimal("11.60"), Decimal(0),
    )  # fmt: skip
    assert wallet(reader) == (Decimal("17.30"), Decimal(0))
    copy = Copy.objects.get(pk=loan.copy_id)
    assert (copy.status, copy.reason) == (Copy.Status.UNAVAILABLE, Copy.Reason.LOST)
    assert LedgerEntry.objects.get(kind="lost_copy").amount == Decimal("-11.60")


def test_a_lost_copy_is_no_returned_loan_that_earns_the_frequent_readers_discount(now) -> None:
    reader = patron(plan="PLUS")
    for _ in range(3):
        loan = lent(reader, book_with_copies(1, price="1.00"), now)
        services.lose_copy(reservation_id=loan.pk, now=now)
    assert standing_of(user_id=reader.pk, now=now).discount.name == "standing"


def test_found_again_the_charge_goes_back_and_the_late_fee_stays(now) -> None:
    reader = patron(balance="30.00")
    loan = lent(reader, book_with_copies(1, price="12.00"), now)
    services.lose_copy(reservation_id=loan.pk, now=now + timedelta(days=9))
    found = services.find_copy(reservation_id=loan.pk, now=now + timedelta(days=20))
    assert (found.status, found.lost_on, found.lost_fee, found.late_fee) == (
        Status.COMPLETED, None, Decimal(0), Decimal("0.40"),
    )  # fmt: skip
    assert wallet(reader) == (Decimal("28.90"), Decimal(0))
    assert Copy.objects.get(pk=loan.copy_id).status == Copy.Status.AVAILABLE


def test_what_is_still_owed_for_a_copy_is_no_longer_asked_for_when_it_is_found(now) -> None:
    reader = patron(balance="2.70")
    loan = lent(reader, book_with_copies(1, price="12.00"), now)
    services.lose_copy(reservation_id=loan.pk, now=now)
    assert wallet(reader) == (Decimal(0), Decimal("10.00"))
    services.find_copy(reservation_id=loan.pk, now=now)
    assert wallet(reader) == (Decimal("2.00"), Decimal(0))


def test_a_found_copy_goes_to_who_waits(now) -> None:
    book = book_with_copies(2)
    loan = lent(patron(), book, now)
    lent(patron(), book, now)
    waiting = reserved(patron(), book, now)
    services.lose_copy(reservation_id=loan.pk, now=now)
    services.find_copy(reservation_id=loan.pk, now=now)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.copy_id) == (Status.READY, loan.copy_id)


def test_a_copy_is_found_once(now) -> None:
    reader = patron(balance="30.00")
    loan = lent(reader, book_with_copies(1), now)
    services.lose_copy(reservation_id=loan.pk, now=now)
    services.find_copy(reservation_id=loan.pk, now=now)
    with pytest.raises(services.NotLost):
        services.find_copy(reservation_id=loan.pk, now=now)
    assert wallet(reader) == (Decimal("29.30"), Decimal(0))


def test_lost_and_found_and_lost_again_is_charged_again(now) -> None:
    reader, book = patron(plan="PLUS", balance="50.00"), book_with_copies(1, price="10.00")
    first = lent(reader, book, now, days=1)
    services.lose_copy(reservation_id=first.pk, now=now)
    services.find_copy(reservation_id=first.pk, now=now)
    second = lent(reader, book, now, days=1)
    services.lose_copy(reservation_id=second.pk, now=now)
    assert wallet(reader) == (Decimal("39.82"), Decimal(0))


def test_only_what_is_on_loan_is_lost(now) -> None:
    held = reserved(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotOnLoan):
        services.lose_copy(reservation_id=held.pk, now=now)


def test_a_lost_copy_is_remembered_while_its_charge_may_go_back(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    services.lose_copy(reservation_id=loan.pk, now=now)
    forget_old_loans(now=now + timedelta(days=100))
    loan.refresh_from_db()
    assert loan.copy_id is not None


def test_who_wants_no_history_still_gets_the_charge_back(now) -> None:
    reader = patron(balance="30.00")
    loan = lent(reader, book_with_copies(1, price="12.00"), now)
    services.lose_copy(reservation_id=loan.pk, now=now)
    accounts.services.set_loan_history(user_id=reader.pk, keeps=False, now=now)
    services.find_copy(reservation_id=loan.pk, now=now)
    assert wallet(reader) == (Decimal("29.30"), Decimal(0))
