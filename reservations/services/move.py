"""A librarian gives a waiting reader another place in the queue, and says why; plans move that place no more."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

import subscriptions.queries
from library_portal.errors import InvalidInput
from library_portal.outbox import record
from reservations.events import ReservationChanged
from reservations.models import Reservation, Status
from reservations.places import ORDER, Place, behind, place_of
from reservations.places.counting import count_ahead
from reservations.services.allocate import allocate
from reservations.services.lookup import lock_reservation
from reservations.services.queue import queue_changed, waiting
from reservations.services.steps import take_step
from reservations.standing import ReservationError
from reservations.transitions import Action

INSTANT = timedelta(microseconds=1)


class NotMovable(ReservationError):
    title = _("Only who waits in a queue can be moved in it.")


def move(*, reservation_id: int, position: int, reason: str, now: datetime) -> Reservation:
    """Put the place at this position, 1 being the next to get a copy, and give out what is free.

    Raises ReservationNotFound, NotMovable, InvalidInput (no reason, or a position that the queue does not have).
    """
    return _allocated(_move(reservation_id=reservation_id, position=position, reason=reason), now=now)


def move_back(*, reservation_id: int, reason: str, now: datetime) -> Reservation:
    """Put the place where its reader's plan and time of joining have it, and let plans move it again.

    Raises ReservationNotFound, NotMovable, InvalidInput (no reason).
    """
    return _allocated(_move_back(reservation_id=reservation_id, reason=reason, now=now), now=now)


@transaction.atomic(durable=True)
def _move(*, reservation_id: int, position: int, reason: str) -> Reservation:
    reservation = _locked(reservation_id, reason)
    others = waiting(book_id=reservation.remembered_book_id).exclude(pk=reservation_id)
    length = reservation.remembered_book.waiting_count
    if not 1 <= position <= length:
        raise InvalidInput(errors={"position": [_("The queue has places 1 to %(length)d.") % {"length": length}]})
    take_step(
        reservation, Action.MOVE, refusal=NotMovable, reason=reason, before=_position(reservation), after=position
    )
    neighbours = list(others.order_by(*ORDER)[max(position - 2, 0) : position])
    before = neighbours.pop(0) if position > 1 else None
    after = neighbours[0] if neighbours else None
    _put(reservation, _between(reservation, before, after), is_moved=True)
    return reservation


@transaction.atomic(durable=True)
def _move_back(*, reservation_id: int, reason: str, now: datetime) -> Reservation:
    reservation = _locked(reservation_id, reason)
    take_step(reservation, Action.MOVE, refusal=NotMovable, reason=reason, before=_position(reservation))
    priority = subscriptions.queries.current_plan(user_id=reservation.user_id, now=now).priority
    _put(reservation, Place(priority, reservation.joined_at, reservation.pk), is_moved=False)
    return reservation


def _locked(reservation_id: int, reason: str) -> Reservation:
    """Raises ReservationNotFound, NotMovable, InvalidInput."""
    if not reason.strip():
        raise InvalidInput(errors={"reason": [_("Please say why: others waited there.")]})
    reservation = lock_reservation(reservation_id=reservation_id)
    if reservation.status != Status.PENDING:
        raise NotMovable
    return reservation


def _position(reservation: Reservation) -> int:
    queue = waiting(book_id=reservation.remembered_book_id)
    return count_ahead(place_of(reservation), book_id=reservation.remembered_book_id, among=queue) + 1


def _between(reservation: Reservation, before: Reservation | None, after: Reservation | None) -> Place:
    """A place behind the one and ahead of the other. Where instants leave no room, those who come after make it."""
    if before is None:
        instant = after.queued_at - INSTANT if after else reservation.queued_at
        return Place(after.priority if after else reservation.priority, instant, reservation.pk)
    if after is None or after.priority != before.priority:
        return Place(before.priority, before.queued_at + INSTANT, reservation.pk)
    if after.queued_at - before.queued_at <= INSTANT:
        make_room(reservation, before)
        return Place(before.priority, before.queued_at + INSTANT, reservation.pk)
    return Place(before.priority, before.queued_at + (after.queued_at - before.queued_at) / 2, reservation.pk)


def make_room(reservation: Reservation, before: Reservation) -> None:
    """For the one right behind the other: who stands closer than two instants behind steps back, and so on, in the
    order they have. Needs the book's lock."""
    others = waiting(book_id=before.remembered_book_id).filter(priority=before.priority).exclude(pk=reservation.pk)
    nearest = before.queued_at + 2 * INSTANT
    for place in others.filter(behind(place_of(before))).order_by(*ORDER).iterator():
        if place.queued_at >= nearest:
            break
        left, place.queued_at = place_of(place), nearest
        place.save(update_fields=["queued_at"])
        queue_changed(book_id=place.remembered_book_id, left=left, joined=place_of(place))
        nearest += INSTANT


def _put(reservation: Reservation, place: Place, *, is_moved: bool) -> None:
    left = place_of(reservation)
    reservation.priority, reservation.queued_at, reservation.is_moved = place.priority, place.queued_at, is_moved
    reservation.save(update_fields=["step", "priority", "queued_at", "is_moved"])
    queue_changed(book_id=reservation.remembered_book_id, left=left, joined=place_of(reservation))
    record(
        ReservationChanged(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            what="place",
        )
    )


def _allocated(reservation: Reservation, *, now: datetime) -> Reservation:
    allocate(book_id=reservation.remembered_book_id, now=now)
    reservation.refresh_from_db()
    return reservation
