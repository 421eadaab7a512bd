"""A copy comes over the desk without a reader being named: where it is now says what is to be done with it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import books.services
from reservations.models import HoldShelfPlace, Reservation, Status
from reservations.services.allocate import allocate
from reservations.services.cancel import end
from reservations.services.desk.refusals import CopyUnavailable
from reservations.services.desk.scanned import Outcome, Scanned, copy_with, take_off_hold_shelf, with_copy
from reservations.services.keeping import Keeping, carry_out
from reservations.services.loans import end_loan, hold_is_over
from reservations.services.lookup import lock_reservation
from reservations.services.lost import put_found_copy_back
from reservations.transitions import Action


def take_in(*, barcode: str, now: datetime, dry_run: bool = False) -> Scanned:
    """On loan: it is returned. Held: it lies on the hold shelf now. Lost: it is found. On the shelf: nothing to do.

    What becomes free by it goes to the next in the queue, and onto the hold shelf for them. Twice is no error.
    Raises UnknownBarcode, CopyUnavailable (in repair, withdrawn).
    """
    return carry_out(lambda keep: _take_in(barcode, now, keep), dry_run=dry_run)


def _take_in(barcode: str, now: datetime, keep: Keeping) -> Scanned:
    book_id = copy_with(barcode).book_id
    with keep():
        book = books.services.lock_book(book_id=book_id)
        copy = copy_with(barcode)
        scanned = _TAKE_IN[copy.status](copy, now)
    if not scanned.is_free or not book.waiting_count:
        return scanned
    allocation = allocate(book_id=book_id, now=now, keep=keep)
    with keep():
        books.services.lock_book(book_id=book_id)
        next_hold = _shelve_for_next(copy, now)
    return replace(scanned, next_hold=next_hold, goes_on=allocation.goes_on and next_hold is None)


def _return(copy: Any, now: datetime) -> Scanned:
    reservation = lock_reservation(reservation_id=with_copy(copy.pk).pk)
    result = end_loan(reservation, now=now)
    return Scanned(
        Outcome.RETURNED,
        copy,
        reservation,
        refunded=result.refunded,
        late_fee=result.late_fee,
        owed=result.owed,
        is_free=True,
    )


def _put_on_hold_shelf(copy: Any, now: datetime) -> Scanned:
    reservation = lock_reservation(reservation_id=with_copy(copy.pk).pk)
    if hold_is_over(reservation, now):
        end(reservation, Action.EXPIRE, now=now)
        take_off_hold_shelf(copy.pk)
        return Scanned(Outcome.OFF_HOLD_SHELF, copy, is_free=True)
    shelve(reservation, now=now)
    return Scanned(Outcome.ON_HOLD_SHELF, copy, reservation)


def _look_at_shelf(copy: Any, now: datetime) -> Scanned:
    """Free already: it may still lie on the hold shelf for somebody who has not come."""
    lay_there = take_off_hold_shelf(copy.pk)
    return Scanned(Outcome.OFF_HOLD_SHELF if lay_there else Outcome.NOTHING_TO_DO, copy, is_free=True)


def _find(copy: Any, now: datetime) -> Scanned:
    if copy.reason != copy.Reason.LOST:
        raise CopyUnavailable(reason=copy.get_reason_display())
    losses = Reservation.objects.filter(copy_id=copy.pk, lost_on__isnull=False).order_by("-pk")
    lost_by = losses.values_list("pk", flat=True).first()
    if lost_by is None:  # nobody had it: it was missed on the shelf
        books.services.mark_copy_available_again(copy_id=copy.pk)
        return Scanned(Outcome.FOUND, copy, is_free=True)
    reservation = lock_reservation(reservation_id=lost_by)
    refunded = reservation.lost_fee
    put_found_copy_back(reservation)
    return Scanned(Outcome.FOUND, copy, reservation, refunded=refunded, is_free=True)


_TAKE_IN = {"on_loan": _return, "held": _put_on_hold_shelf, "available": _look_at_shelf, "unavailable": _find}


def shelve(reservation: Reservation, *, now: datetime) -> None:
    """The held copy lies on the hold shelf for this reader. Needs the book's lock."""
    HoldShelfPlace.objects.update_or_create(
        copy_id=reservation.kept_copy_id, defaults={"reservation": reservation, "placed_at": now}
    )


def _shelve_for_next(copy: Any, now: datetime) -> Reservation | None:
    """Whoever the copy in hand was given to; None where it belongs on the shelf."""
    next_hold = Reservation.objects.filter(copy_id=copy.pk, status=Status.READY).select_related("user").first()
    if next_hold is not None:
        shelve(next_hold, now=now)
    return next_hold
