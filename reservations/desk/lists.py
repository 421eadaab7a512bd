"""The lists beside the desk: what came back, what is to be pulled from the shelf, what nobody came for."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from reservations.models import HoldShelfPlace, Reservation, Status

MOST_SHOWN = 200
RETURNS_SHOWN = 20


def recent_returns() -> QuerySet[Reservation]:
    """The last that came back and are remembered, newest first."""
    returned = Reservation.objects.filter(status=Status.COMPLETED, copy__isnull=False, lost_on=None)
    return returned.select_related("book", "copy", "user").order_by("-closed_at")[:RETURNS_SHOWN]


def to_pull(*, now: datetime) -> QuerySet[Reservation]:
    """Copies that are held and do not lie on the hold shelf yet, in the order of the shelves."""
    on_hold_shelf = HoldShelfPlace.objects.filter(copy=OuterRef("copy"), reservation=OuterRef("pk"))
    held = Reservation.objects.filter(~Exists(on_hold_shelf), status=Status.READY, hold_until__gt=now)
    return held.select_related("book", "copy", "user").order_by("book__title", "pk")


def not_picked_up() -> QuerySet[HoldShelfPlace]:
    """Copies that lie on the hold shelf for nobody any more, or for somebody who took another copy."""
    still_held = Q(reservation__status=Status.READY, reservation__copy=F("copy"))
    places = HoldShelfPlace.objects.exclude(still_held)
    return places.select_related("copy__book", "reservation__user").order_by("placed_at", "pk")
