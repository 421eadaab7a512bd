"""The waiting queue of one book: plan priority, then the time of joining, then id (rules.md, "PENDING")."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

import books.services
from reservations.models import Reservation, Status

ORDER = ("-priority", "joined_at", "pk")


def waiting(*, book_id: int) -> QuerySet[Reservation]:
    return Reservation.objects.filter(book_id=book_id, status=Status.PENDING)


def next_in_queue(*, book_id: int, now: datetime, passed_over: set[int]) -> Reservation | None:
    """The first who is not paused and not among those already passed over."""
    today = timezone.localdate(now)
    return (
        waiting(book_id=book_id)
        .filter(Q(paused_until=None) | Q(paused_until__lte=today))
        .exclude(pk__in=passed_over)
        .order_by(*ORDER)
        .first()
    )


def publish_length(*, book_id: int) -> None:
    """Tell the catalogue how many wait, so that its derived status is right. Needs the book's lock."""
    books.services.set_waiting_count(book_id=book_id, count=waiting(book_id=book_id).count())
