"""What lending keeps: reservations and where their copies stand, the library's calendar, what is worth buying."""

from reservations.models.calendar import CalendarFeed, Closure, WeeklyClosing
from reservations.models.purchases import PurchaseSuggestion
from reservations.models.reservation import (
    CLOSED,
    OPEN,
    WITH_COPY,
    HoldShelfPlace,
    PastLoans,
    Reservation,
    Status,
)

__all__ = [
    "CLOSED",
    "OPEN",
    "WITH_COPY",
    "CalendarFeed",
    "Closure",
    "HoldShelfPlace",
    "PastLoans",
    "PurchaseSuggestion",
    "Reservation",
    "Status",
    "WeeklyClosing",
]
