"""A copy is scanned and no reader named: where the copy is says what is done with it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from books.models import Book, Copy
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.models import HoldShelfPlace, Reservation, Status
from reservations.services import desk
from reservations.services.desk import Outcome
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def barcode_of(book: Book) -> str:
    return Copy.objects.get(book=book).barcode


def status_of(book: Book) -> str:
    return Copy.objects.get(book=book).status


def test_a_lent_copy_is_returned_with_the_refund(now) -> None:
    reader, book = patron(balance="5.00"), book_with_copies(1)
    loan = lent(reader, book, now)
    scanned = desk.take_in(barcode=barcode_of(book), now=now + timedelta(days=3))
    assert (scanned.outcome, scanned.reservation, scanned.next_hold) == (Outcome.RETURNED, loan, None)
    assert (scanned.refunded, scanned.late_fee, scanned.owed) == (Decimal("0.40"), 0, 0)
    assert (scanned.reservation.status, status_of(book)) == (Status.COMPLETED, "available")


def test_a_late_one_says_the_fee_and_what_of_it_is_owed(now) -> None:
    book = book_with_copies(1)
    lent(patron(balance="0.80"), book, now)
    scanned = desk.take_in(barcode=barcode_of(book), now=now + timedelta(days=10))
    assert (scanned.late_fee, scanned.owed) == (Decimal("0.60"), Decimal("0.50"))


def test_the_next_readers_copy_goes_onto_the_hold_shelf(now) -> None:
    book, waits = book_with_copies(1), patron()
    lent(patron(), book, now)
    waiting = reserved(waits, book, now)
    scanned = desk.take_in(barcode=barcode_of(book), now=now)
    assert (scanned.outcome, scanned.next_hold, scanned.next_hold.status) == (Outcome.RETURNED, waiting, Status.READY)
    assert HoldShelfPlace.objects.get().reservation == waiting


def test_scanning_it_again_says_for_whom_it_lies_there(now) -> None:
    book = book_with_copies(1)
    lent(patron(), book, now)
    waiting = reserved(patron(), book, now)
    for _ in range(2):
        scanned = desk.take_in(barcode=barcode_of(book), now=now)
    assert (scanned.outcome, scanned.reservation) == (Outcome.ON_HOLD_SHELF, waiting)
    assert HoldShelfPlace.objects.count() == 1


def test_a_copy_to_be_pulled_is_confirmed_by_its_scan(now) -> None:
    book = book_with_copies(1)
    held = reserved(patron(), book, now)
    scanned = desk.take_in(barcode=barcode_of(book), now=now)
    assert (scanned.outcome, HoldShelfPlace.objects.get().reservation) == (Outcome.ON_HOLD_SHELF, held)


def test_a_copy_on_the_shelf_belongs_there(now) -> None:
    book = book_with_copies(1)
    assert desk.take_in(barcode=barcode_of(book), now=now).outcome == Outcome.NOTHING_TO_DO


def test_nobody_came_the_copy_leaves_the_hold_shelf(now) -> None:
    book = book_with_copies(1)
    held = reserved(patron(), book, now)
    desk.take_in(barcode=barcode_of(book), now=now)
    services.expire_hold(reservation_id=held.pk, now=now + timedelta(hours=49))
    assert desk.take_in(barcode=barcode_of(book), now=now).outcome == Outcome.OFF_HOLD_SHELF
    assert HoldShelfPlace.objects.count() == 0


def test_nobody_came_the_copy_goes_on_to_the_next_reader(now) -> None:
    book = book_with_copies(1)
    reserved(patron(), book, now)
    desk.take_in(barcode=barcode_of(book), now=now)
    waiting = reserved(patron(), book, now)
    later = now + timedelta(hours=49)
    scanned = desk.take_in(barcode=barcode_of(book), now=later)
    assert (scanned.outcome, scanned.next_hold) == (Outcome.OFF_HOLD_SHELF, waiting)
    assert HoldShelfPlace.objects.get().reservation == waiting


def test_a_lost_copy_is_found_and_its_charge_goes_back(now) -> None:
    reader, book = patron(), book_with_copies(1, price="12.00")
    loan = lent(reader, book, now)
    services.lose_copy(reservation_id=loan.pk, now=now)
    scanned = desk.take_in(barcode=barcode_of(book), now=now)
    assert (scanned.outcome, scanned.refunded, status_of(book)) == (Outcome.FOUND, Decimal("12.00"), "available")
    assert wallet_of(user_id=reader.pk).balance == Decimal("49.30")


def test_a_copy_that_was_only_missed_on_the_shelf_is_found(now) -> None:
    book = book_with_copies(1)
    Copy.objects.filter(book=book).update(status="unavailable", reason="lost")
    assert desk.take_in(barcode=barcode_of(book), now=now).outcome == Outcome.FOUND
    assert status_of(book) == "available"


def test_a_copy_in_repair_is_refused_with_why(now) -> None:
    book = book_with_copies(1)
    Copy.objects.filter(book=book).update(status="unavailable", reason="in_repair")
    with pytest.raises(desk.CopyUnavailable) as refusal:
        desk.take_in(barcode=barcode_of(book), now=now)
    assert refusal.value.extra == {"reason": "in repair"}


def test_a_dry_run_names_the_next_reader_and_leaves_no_trace(now) -> None:
    book = book_with_copies(1)
    lent(patron(), book, now)
    waiting = reserved(patron(), book, now)
    before = (OutboxEvent.objects.count(), list(Reservation.objects.order_by("pk").values()))
    scanned = desk.take_in(barcode=barcode_of(book), now=now, dry_run=True)
    assert (scanned.outcome, scanned.next_hold) == (Outcome.RETURNED, waiting)
    assert (OutboxEvent.objects.count(), list(Reservation.objects.order_by("pk").values())) == before
    assert (status_of(book), HoldShelfPlace.objects.count()) == ("on_loan", 0)
