"""Taking back the last scan: all is as it was before. (A return has its own: `reservations.services.undo_return`.)"""

from datetime import datetime

from django.db import transaction

from reservations.models import HoldShelfPlace, Reservation
from reservations.services import undo
from reservations.services.allocate import allocate
from reservations.services.cancel import end
from reservations.services.desk.scanned import Came
from reservations.services.desk.taking_in import shelve
from reservations.services.hold import give_hold_back
from reservations.services.lookup import lock_reservation
from reservations.transitions import Action


def undo_lending(*, reservation_id: int, step: int, came: Came, done_at: datetime, now: datetime) -> Reservation:
    """Back to the hold shelf, into the queue, or to nothing at all, as the reader came; money goes back with it.

    `step` is the loan's after the scan. Raises ReservationNotFound, NotUndoable.
    """
    with transaction.atomic(durable=True):
        reservation = lock_reservation(reservation_id=reservation_id)
        undo.check_just_done(reservation, step=step, done_at=done_at, now=now)
        undo.take_loan_back(reservation)
        _go_back(reservation, came, now)
    if came != Came.BY_HOLD:
        allocate(book_id=reservation.remembered_book_id, now=now)
    return reservation


def _go_back(reservation: Reservation, came: Came, now: datetime) -> None:
    if came == Came.BY_WALKING_IN:
        end(reservation, Action.CANCEL, now=now)
    elif came == Came.BY_QUEUE:
        give_hold_back(reservation, Action.PUT_BACK)
    else:
        shelve(reservation, now=now)


@transaction.atomic(durable=True)
def undo_shelving(*, reservation_id: int, step: int, done_at: datetime, now: datetime) -> Reservation:
    """The held copy is to be pulled again. Raises ReservationNotFound, NotUndoable."""
    reservation = lock_reservation(reservation_id=reservation_id)
    undo.check_just_done(reservation, step=step, done_at=done_at, now=now)
    HoldShelfPlace.objects.filter(copy_id=reservation.kept_copy_id, reservation=reservation).delete()
    return reservation
