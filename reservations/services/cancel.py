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
from reservations.services.queue import place_of, queue_changed
from reservations.services.steps import is_by_staff, key_of, take_step
from reservations.standing import ReservationError
from reservations.transitions import Action


class NotCancellable(ReservationError):
    title = _("A book on loan is returned, not cancelled.")


def cancel(*, reservation_id: int, step: int | None = None, now: datetime, reason: str = "") -> Reservation:
    """Cancel a pending or ready reservation; one that has ended stays as it is. `reason` is a librarian's.

    Raises ReservationNotFound, NotCancellable (a book on loan); ChangedMeanwhile when it is no longer at `step`.
    """
    return _allocated(*_cancel(reservation_id=reservation_id, step=step, now=now, reason=reason), now=now)


def expire_hold(*, reservation_id: int, now: datetime) -> Reservation:
    """End a hold whose 48 hours have passed; any other reservation stays as it is. Raises ReservationNotFound."""
    return _allocated(*_expire(reservation_id=reservation_id, now=now), now=now)


@transaction.atomic(durable=True)
def _cancel(*, reservation_id: int, step: int | None, now: datetime, reason: str) -> tuple[Reservation, bool]:
    reservation = lock_reservation(reservation_id=reservation_id, step=step)
    if reservation.status in CLOSED:
        return reservation, False
    return reservation, end(reservation, Action.CANCEL, now=now, reason=reason)


@transaction.atomic(durable=True)
def _expire(*, reservation_id: int, now: datetime) -> tuple[Reservation, bool]:
    reservation = lock_reservation(reservation_id=reservation_id)
    if reservation.status != Status.READY or reservation.hold_until is None or reservation.hold_until > now:
        return reservation, False
    return reservation, end(reservation, Action.EXPIRE, now=now)


def end(reservation: Reservation, action: Action, *, now: datetime, reason: str = "") -> bool:
    """End the locked reservation without a loan; returns whether a copy is free now. Raises NotCancellable."""
    had_copy, place = reservation.status == Status.READY, place_of(reservation)
    take_step(reservation, action, refusal=NotCancellable, reason=reason)
    reservation.closed_at, reservation.refunded = now, reservation.paid
    reservation.save(update_fields=["status", "step", "closed_at", "refunded"])
    if had_copy and reservation.copy_id is not None:
        books.services.free_copy(copy_id=reservation.copy_id)
    else:
        queue_changed(book_id=reservation.remembered_book_id, left=place)
    subscriptions.services.refund(
        user_id=reservation.user_id,
        amount=reservation.refunded,
        reference=reservation.subject,
        key=key_of(reservation, "refund"),
    )
    _tell(reservation)
    return had_copy


def _tell(reservation: Reservation) -> None:
    ids = {"reservation_id": reservation.pk, "user_id": reservation.user_id, "book_id": reservation.remembered_book_id}
    refunded = f"{reservation.refunded:.2f}"
    if reservation.status == Status.EXPIRED:
        record(ReservationExpired(**ids, refunded=refunded))
    else:
        record(ReservationCancelled(**ids, refunded=refunded, by_staff=is_by_staff(reservation)))


def _allocated(reservation: Reservation, copy_is_free: bool, *, now: datetime) -> Reservation:
    if copy_is_free:
        allocate(book_id=reservation.remembered_book_id, now=now)
    return reservation
