"""The waiting queue of one book: plan priority, then the time of joining, then id (rules.md, "PENDING")."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

import books.services
from reservations.models import Reservation, Status

ORDER = ("-priority", "joined_at", "pk")


def waiting(*, book_id: int) -> QuerySet[Reservation]:
    return Reservation.objects.filter(book_id=book_id, status=Status.PENDING)


def next_in_queue(*, book_id: int, now: datetime, after: Reservation | None, limit: int) -> list[Reservation]:
    """The next places that are not paused, in order, behind the one named (from the front without one)."""
    today = timezone.localdate(now)
    places = waiting(book_id=book_id).filter(Q(paused_until=None) | Q(paused_until__lte=today))
    if after is not None:
        places = places.filter(_behind(after))
    return list(places.order_by(*ORDER)[:limit])


def _behind(place: Reservation) -> Q:
    later = Q(joined_at__gt=place.joined_at) | Q(joined_at=place.joined_at, pk__gt=place.pk)
    return Q(priority__lt=place.priority) | (Q(priority=place.priority) & later)


def publish_length(*, book_id: int) -> None:
    """Tell the catalogue how many wait, so that its derived status is right. Needs the book's lock."""
    books.services.set_waiting_count(book_id=book_id, count=waiting(book_id=book_id).count())
