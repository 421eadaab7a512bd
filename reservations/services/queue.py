"""The waiting queue of one book: plan priority, then the time of joining, then id (rules.md, "PENDING")."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

import books.services
from reservations.models import Reservation, Status
from reservations.places import ORDER, Place, behind, place_of, sets

__all__ = ["Place", "next_in_queue", "place_of", "places_of", "queue_changed", "waiting"]


def waiting(*, book_id: int) -> QuerySet[Reservation]:
    return Reservation.objects.filter(book_id=book_id, status=Status.PENDING)


def next_in_queue(*, book_id: int, now: datetime, after: Place | None, limit: int) -> list[Reservation]:
    """The next places that are not paused, in order, behind this one (from the front without one)."""
    places = _not_paused(book_id=book_id, now=now)
    if after is not None:
        places = places.filter(behind(after))
    return list(places.order_by(*ORDER)[:limit])


def places_of(*, book_id: int, now: datetime, user_ids: Collection[int], limit: int) -> list[Reservation]:
    """Those of these patrons that are not paused, in order."""
    return list(_not_paused(book_id=book_id, now=now).filter(user__in=user_ids).order_by(*ORDER)[:limit])


def _not_paused(*, book_id: int, now: datetime) -> QuerySet[Reservation]:
    today = timezone.localdate(now)
    return waiting(book_id=book_id).filter(Q(paused_until=None) | Q(paused_until__lte=today))


def queue_changed(*, book_id: int, left: Place | None = None, joined: Place | None = None) -> None:
    """Somebody left the queue, joined it, or both (moved). Needs the book's lock.

    The catalogue hears how many wait, so that its derived status is right; Redis follows after the commit.
    """
    only_moved = left is not None and joined is not None
    now_waiting = None if only_moved else waiting(book_id=book_id).count()
    version = books.services.queue_changed(book_id=book_id, waiting=now_waiting)
    transaction.on_commit(partial(sets.change, book_id=book_id, version=version, left=left, joined=joined))
