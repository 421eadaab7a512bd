"""What decides the order of a queue: plan priority, then the time it stands by, then id (rules.md, "PENDING")."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Q

from reservations.models import Reservation

ORDER = ("-priority", "queued_at", "pk")
# Later than anybody: whoever has not joined yet stands behind all of the same priority.
NOT_YET, NO_ID = datetime(2286, 1, 1, tzinfo=UTC), 2**63 - 1


class Place(NamedTuple):
    priority: int
    queued_at: datetime
    pk: int


def newcomers(priority: int) -> Place:
    """The place that somebody of this priority would take."""
    return Place(priority, NOT_YET, NO_ID)


def place_of(reservation: Reservation) -> Place:
    return Place(reservation.priority, reservation.queued_at, reservation.pk)


def comes_after(place: Place, other: Place) -> bool:
    return _rank(place) > _rank(other)


def in_order(rows: Iterable[Reservation]) -> list[Reservation]:
    """As the queue is ordered."""
    return sorted(rows, key=lambda row: _rank(place_of(row)))


def _rank(place: Place) -> tuple[int, datetime, int]:
    """The highest priority comes first."""
    return -place.priority, place.queued_at, place.pk


def ahead_of(place: Place) -> Q:
    """Places that come earlier than this one."""
    earlier = Q(queued_at__lt=place.queued_at) | Q(queued_at=place.queued_at, pk__lt=place.pk)
    return Q(priority__gt=place.priority) | (Q(priority=place.priority) & earlier)


def behind(place: Place) -> Q:
    """Places that come later than this one."""
    later = Q(queued_at__gt=place.queued_at) | Q(queued_at=place.queued_at, pk__gt=place.pk)
    return Q(priority__lt=place.priority) | (Q(priority=place.priority) & later)
