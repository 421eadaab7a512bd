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
    """Weekdays (0 is Monday) and spans of days (first, last) on which the library is closed; spans may overlap."""

    weekdays: Collection[int]
    spans: Collection[tuple[date, date]]

    def is_open(self, day: date) -> bool:
        return day.weekday() not in self.weekdays and not any(first <= day <= last for first, last in self.spans)

    def next_open(self, day: date) -> date:
        """This day, or the first open one after it."""
        days = (day + timedelta(days=ahead) for ahead in range(DAYS_LOOKED_AT))
        return next((one for one in days if self.is_open(one)), day)

    def closed_since(self, today: date) -> date:
        """Today, or the first day of a closure that began earlier and goes on."""
        return min([today, *(first for first, last in self.spans if last >= today)])

    def due_on(self, starts_on: date, days: int) -> date:
        """Loan days are calendar days; a loan never ends on a closed one (rules.md, "The life of a reservation")."""
        return self.next_open(starts_on + timedelta(days=days))

    def hold_until(self, ready_at: datetime) -> datetime:
        """`HOLD_HOURS` from then; the hours of closed days do not count."""
        left, day, since = timedelta(hours=settings.HOLD_HOURS), timezone.localdate(ready_at), ready_at
        for _day in range(DAYS_LOOKED_AT):
            midnight = _instant(day + timedelta(days=1))
            if self.is_open(day):
                if since + left <= midnight:
                    return since + left
                left -= midnight - since
            day, since = day + timedelta(days=1), midnight
        return ready_at + timedelta(hours=settings.HOLD_HOURS)

    def kept_until(self, *, ready_at: datetime, hold_until: datetime) -> datetime:
        """When a hold ends by the calendar as it is now: not earlier than was said, and not on a closed day.

        Where an older closing had moved it to a day that is closed now, it ends on the next open day at the same hour.
        """
        later = max(hold_until, self.hold_until(ready_at))
        last_day = timezone.localdate(later - timedelta(microseconds=1))  # at midnight the day before ends
        days_closed = self.next_open(last_day) - last_day
        if not days_closed:
            return later
        local = timezone.localtime(later)
        return _instant(local.date() + days_closed, local.time())


def library_calendar(*, today: date) -> LibraryCalendar:
    """What is closed from today on, in two short queries: holds are made by it, under locks, as it is then."""
    to_come = Closure.objects.filter(last_on__gte=today)
    return LibraryCalendar(
        weekdays=frozenset(WeeklyClosing.objects.values_list("weekday", flat=True)),
        spans=list(to_come.values_list("first_on", "last_on")),
    )


def _instant(day: date, hour: time = time()) -> datetime:
    """A time of day in the library's time zone, as UTC; without an hour the day's beginning. Days may have 23 or 25
    hours, or begin at one o'clock."""
    return timezone.make_aware(datetime.combine(day, hour)).astimezone(UTC)
