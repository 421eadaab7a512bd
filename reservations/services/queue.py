"""The waiting queue of one book: plan priority, then the time of joining, then id (rules.md, "PENDING")."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

import books.services
from reservations.models import Reservation, Status
from reservations.places import ORDER, Place, behind, place_of, sets

__all__ = ["Place", "next_in_queue", "place_of", "queue_changed", "waiting"]


def waiting(*, book_id: int) -> QuerySet[Reservation]:
    return Reservation.objects.filter(book_id=book_id, status=Status.PENDING)


def next_in_queue(*, book_id: int, now: datetime, after: Reservation | None, limit: int) -> list[Reservation]:
    """The next places that are not paused, in order, behind the one named (from the front without one)."""
    today = timezone.localdate(now)
    places = waiting(book_id=book_id).filter(Q(paused_until=None) | Q(paused_until__lte=today))
    if after is not None:
        places = places.filter(behind(place_of(after)))
    return list(places.order_by(*ORDER)[:limit])


def queue_changed(*, book_id: int, left: Place | None = None, joined: Place | None = None) -> None:
    """Somebody left the queue, joined it, or both (moved). Needs the book's lock.

    The catalogue hears how many wait, so that its derived status is right; Redis follows after the commit.
    """
    only_moved = left is not None and joined is not None
    now_waiting = None if only_moved else waiting(book_id=book_id).count()
    version = books.services.queue_changed(book_id=book_id, waiting=now_waiting)
    transaction.on_commit(partial(sets.change, book_id=book_id, version=version, left=left, joined=joined))
