"""The days on which the library is closed: nobody can pick up a hold then, and nothing is due."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from reservations.models import Closure, WeeklyClosing

# Further ahead nothing is looked for: a library that never opens again has its due dates as they are.
DAYS_LOOKED_AT = 400


@dataclass(frozen=True)
class LibraryCalendar:
    """Weekdays (0 is Monday) and spans of days (first, last) on which the library is closed."""

    weekdays: Collection[int]
    spans: Collection[tuple[date, date]]

    def is_open(self, day: date) -> bool:
        return day.weekday() not in self.weekdays and not any(first <= day <= last for first, last in self.spans)

    def next_open(self, day: date) -> date:
        """This day, or the first open one after it."""
        days = (day + timedelta(days=ahead) for ahead in range(DAYS_LOOKED_AT))
        return next((one for one in days if self.is_open(one)), day)

    def due_on(self, starts_on: date, days: int) -> date:
        """Loan days are calendar days; a loan never ends on a closed one (rules.md, "The life of a reservation")."""
        return self.next_open(starts_on + timedelta(days=days))

    def hold_until(self, now: datetime) -> datetime:
        """`HOLD_HOURS` from now; the hours of closed days do not count."""
        left, day, since = timedelta(hours=settings.HOLD_HOURS), timezone.localdate(now), now
        for _day in range(DAYS_LOOKED_AT):
            midnight = _midnight(day + timedelta(days=1))
            if self.is_open(day):
                if since + left <= midnight:
                    return since + left
                left -= midnight - since
            day, since = day + timedelta(days=1), midnight
        return now + timedelta(hours=settings.HOLD_HOURS)


def library_calendar(*, today: date) -> LibraryCalendar:
    """What is closed from today on, in two short queries."""
    to_come = Closure.objects.filter(last_on__gte=today)
    return LibraryCalendar(
        weekdays=frozenset(WeeklyClosing.objects.values_list("weekday", flat=True)),
        spans=list(to_come.values_list("first_on", "last_on")),
    )


def _midnight(day: date) -> datetime:
    """The beginning of a day in the library's time zone, as UTC: that day may have 23 or 25 hours."""
    return timezone.make_aware(datetime.combine(day, time())).astimezone(UTC)
