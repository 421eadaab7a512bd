"""Giving up a place or a hold: what was paid goes back in full, the copy goes to the next in the queue."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationCancelled, ReservationExpired
from reservations.models import CLOSED, Reservation, Status
from reservations.services.allocate import allocate
from reservations.services.lookup import lock_reservation
from reservations.services.queue import publish_length
from reservations.standing import ReservationError


class NotCancellable(ReservationError):
    code = "reservation_error"
    title = _("A book on loan is returned, not cancelled.")


def cancel(*, reservation_id: int, now: datetime) -> Reservation:
    """Cancel a pending or ready reservation; one that has ended stays as it is.

    Raises ReservationNotFound, NotCancellable (a book on loan).
    """
    reservation, copy_freed = _end(reservation_id=reservation_id, status=Status.CANCELLED, now=now)
    if copy_freed:
        allocate(book_id=reservation.remembered_book_id, now=now)
    return reservation


def expire_hold(*, reservation_id: int, now: datetime) -> Reservation:
    """End a hold whose 48 hours have passed; any other reservation stays as it is. Raises ReservationNotFound."""
    reservation, copy_freed = _end(reservation_id=reservation_id, status=Status.EXPIRED, now=now)
    if copy_freed:
        allocate(book_id=reservation.remembered_book_id, now=now)
    return reservation


@transaction.atomic(durable=True)
def _end(*, reservation_id: int, status: Status, now: datetime) -> tuple[Reservation, bool]:
    reservation = lock_reservation(reservation_id=reservation_id)
    if status == Status.EXPIRED:
        if reservation.status != Status.READY or reservation.hold_until is None or reservation.hold_until > now:
            return reservation, False
    elif reservation.status in CLOSED:
        return reservation, False
    elif reservation.status == Status.ACTIVE:
        raise NotCancellable
    had_copy = reservation.status == Status.READY
    reservation.status, reservation.closed_at, reservation.refunded = status, now, reservation.paid
    reservation.save(update_fields=["status", "closed_at", "refunded"])
    if had_copy and reservation.copy_id is not None:
        books.services.free_copy(copy_id=reservation.copy_id)
    else:
        publish_length(book_id=reservation.remembered_book_id)
    subscriptions.services.refund(
        user_id=reservation.user_id,
        amount=reservation.refunded,
        reference=f"reservation:{reservation.pk}",
        key=f"reservation:{reservation.pk}:refund",
    )
    event = ReservationExpired if status == Status.EXPIRED else ReservationCancelled
    record(
        event(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            refunded=f"{reservation.refunded:.2f}",
        )
    )
    return reservation, had_copy
