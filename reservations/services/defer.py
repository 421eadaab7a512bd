"""Letting the next reader go first: the offer goes on, the place right behind that reader is kept."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

import books.services
from library_portal.outbox import record
from reservations.events import ReservationDeferred
from reservations.models import Reservation, Status
from reservations.services.allocate import allocate
from reservations.services.hold import give_hold_back
from reservations.services.looking import look_along
from reservations.services.lookup import lock_reservation
from reservations.services.move import INSTANT, make_room
from reservations.services.queue import place_of, queue_changed
from reservations.services.steps import is_by_staff
from reservations.standing import NotOffered, ReservationError, check_may_wait, standing_of
from reservations.transitions import Action


class NobodyElse(ReservationError):
    """Among those looked at, who are all unless the queue is very long: then the offer stays as well."""

    title = _("Nobody else can take this copy now.")


def defer(*, reservation_id: int, step: int | None = None, now: datetime) -> Reservation:
    """Give the held copy to the next eligible reader and stand right behind; what was paid goes back in full.

    Raises ReservationNotFound, NotOffered (nothing is held, or it was let go `MAX_DEFERRALS` times), TooManyPending,
    NobodyElse; ChangedMeanwhile when no longer at `step`.
    """
    reservation = _defer(reservation_id=reservation_id, step=step, now=now)
    allocate(book_id=reservation.remembered_book_id, now=now)
    reservation.refresh_from_db()
    return reservation


@transaction.atomic(durable=True)
def _defer(*, reservation_id: int, step: int | None, now: datetime) -> Reservation:
    reservation = lock_reservation(reservation_id=reservation_id, step=step)
    _check_may_defer(reservation)
    check_may_wait(standing_of(user_id=reservation.user_id, now=now))
    book = books.services.lock_book(book_id=reservation.remembered_book_id)
    next_reader = look_along(book_id=book.pk, daily_fee=book.daily_fee, now=now).found
    if next_reader is None:
        raise NobodyElse
    give_hold_back(reservation, Action.DEFER)
    make_room(reservation, next_reader)
    before = place_of(reservation)
    reservation.deferrals += 1
    reservation.priority, reservation.is_moved = next_reader.priority, True
    reservation.queued_at = next_reader.queued_at + INSTANT
    reservation.save(update_fields=["deferrals", "priority", "is_moved", "queued_at"])
    queue_changed(book_id=book.pk, left=before, joined=place_of(reservation))
    record(
        ReservationDeferred(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=book.pk,
            by_staff=is_by_staff(reservation),
        )
    )
    return reservation


def _check_may_defer(reservation: Reservation) -> None:
    """Raises NotOffered."""
    if reservation.status != Status.READY:
        raise NotOffered
    if reservation.deferrals >= settings.MAX_DEFERRALS:
        raise NotOffered(_("You have let others go first %(times)s times already.") % {"times": reservation.deferrals})
