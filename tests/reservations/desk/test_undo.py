"""The last scan is taken back: each leads back to where the reader and the copy were."""

from datetime import timedelta
from decimal import Decimal

import pytest

from books.models import Copy
from reservations import services
from reservations.models import HoldShelfPlace, Reservation, Status
from reservations.services import desk
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def undo_lending(scanned: desk.Scanned, done_at, now=None) -> Reservation:
    loan = scanned.reservation
    return desk.undo_lending(
        reservation_id=loan.pk, step=loan.step, came=scanned.came, done_at=done_at, now=now or done_at
    )


def test_who_walked_in_never_did(now) -> None:
    reader, book = patron(balance="5.00"), book_with_copies(1)
    scanned = desk.lend(user_id=reader.pk, barcode=Copy.objects.get(book=book).barcode, now=now)
    ended = undo_lending(scanned, now, now + timedelta(seconds=59))
    assert (ended.status, ended.refunded, Copy.objects.get(book=book).status) == (
        Status.CANCELLED,
        Decimal("0.70"),
        "available",
    )
    assert wallet_of(user_id=reader.pk).balance == Decimal("5.00")
    assert type(book).objects.get(pk=book.pk).loans_count == 0


def test_the_held_copy_lies_on_the_hold_shelf_again(now) -> None:
    reader, book = patron(balance="5.00"), book_with_copies(1)
    held = reserved(reader, book, now)
    scanned = desk.lend(user_id=reader.pk, barcode=Copy.objects.get(book=book).barcode, now=now)
    assert undo_lending(scanned, now).status == Status.READY
    assert HoldShelfPlace.objects.get().reservation == held
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.30")


def test_who_came_from_the_queue_stands_there_again(now) -> None:
    """Blocked, so nothing was held; the librarian set that aside, and then took the loan back."""
    reader, book = patron(plan="PLUS", balance="5.00"), book_with_copies(1)
    other = lent(patron(), book, now)
    waiting = reserved(reader, book, now)
    lent(reader, book_with_copies(1), now, days=1)
    late = now + timedelta(days=3)
    services.return_copy(reservation_id=other.pk, now=late)
    scanned = desk.lend(
        user_id=reader.pk,
        barcode=Copy.objects.get(book=book).barcode,
        overridden=["blocked"],
        reason="knows them",
        now=late,
    )
    undo_lending(scanned, late)
    waiting.refresh_from_db()
    assert (scanned.came, waiting.status, waiting.paid) == (desk.Came.BY_QUEUE, Status.PENDING, 0)
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.91")


@pytest.mark.parametrize("seconds", [0, 61], ids=["twice", "too late"])
def test_twice_and_too_late_change_nothing(now, seconds: int) -> None:
    reader, book = patron(balance="5.00"), book_with_copies(1)
    scanned = desk.lend(user_id=reader.pk, barcode=Copy.objects.get(book=book).barcode, now=now)
    if not seconds:
        undo_lending(scanned, now)
    before = Reservation.objects.values().get()
    with pytest.raises(services.NotUndoable):
        undo_lending(scanned, now, now + timedelta(seconds=seconds))
    assert Reservation.objects.values().get() == before


def test_a_copy_put_on_the_hold_shelf_is_to_be_pulled_again(now) -> None:
    book = book_with_copies(1)
    held = reserved(patron(), book, now)
    desk.take_in(barcode=Copy.objects.get(book=book).barcode, now=now)
    for _ in range(2):
        desk.undo_shelving(reservation_id=held.pk, step=held.step, done_at=now, now=now)
    assert HoldShelfPlace.objects.count() == 0


def test_a_return_taken_back_clears_the_hold_shelf(now) -> None:
    book = book_with_copies(1)
    loan = lent(patron(), book, now)
    waiting = reserved(patron(), book, now)
    returned = desk.take_in(barcode=Copy.objects.get(book=book).barcode, now=now).reservation
    services.undo_return(reservation_id=loan.pk, step=returned.step, done_at=now, now=now)
    waiting.refresh_from_db()
    assert (HoldShelfPlace.objects.count(), waiting.status) == (0, Status.PENDING)


def test_a_return_stays_when_its_reader_has_asked_for_the_book_again(now) -> None:
    reader, book = patron(plan="PLUS"), book_with_copies(1)
    loan = lent(reader, book, now)
    returned = desk.take_in(barcode=Copy.objects.get(book=book).barcode, now=now).reservation
    reserved(reader, book, now)
    with pytest.raises(services.NotUndoable, match="asked for this book again"):
        services.undo_return(reservation_id=loan.pk, step=returned.step, done_at=now, now=now)
