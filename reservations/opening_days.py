"""When the library is open, and what that means for holds and loans: a page for readers (for apps: api/calendar.py)."""

from calendar import Calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reservations.library_calendar import LibraryCalendar, library_calendar
from reservations.models import Closure, WeeklyClosing

MONTHS_SHOWN = 3
CLOSURES_SHOWN = 100


@dataclass(frozen=True)
class Day:
    on: date
    is_open: bool


@dataclass(frozen=True)
class OpeningDays:
    """`next_open` is today when the library is open; closures are those that are not over, the next at first."""

    today: date
    calendar: LibraryCalendar
    closures: Sequence[Closure]

    @property
    def is_open(self) -> bool:
        return self.calendar.is_open(self.today)

    @property
    def next_open(self) -> date:
        return self.calendar.next_open(self.today)

    @property
    def reason(self) -> str:
        """Why it is closed today; nothing where it is by the week."""
        return next((one.reason for one in self.closures if one.first_on <= self.today <= one.last_on), "")

    def week(self) -> Iterator[tuple[str, bool]]:
        """Each weekday's name, and whether the library is open on it."""
        for weekday, name in WeeklyClosing._meta.get_field("weekday").flatchoices:
            yield name, weekday not in self.calendar.weekdays

    def months(self) -> Iterator[tuple[date, list[list[Day | None]]]]:
        """This month and the next ones: the first day of each, and its weeks; None are days of other months."""
        first = self.today.replace(day=1)
        for _month in range(MONTHS_SHOWN):
            weeks = Calendar().monthdatescalendar(first.year, first.month)
            yield first, [[self._day(day) if day.month == first.month else None for day in week] for week in weeks]
            first = (first + timedelta(days=31)).replace(day=1)

    def _day(self, day: date) -> Day:
        return Day(day, self.calendar.is_open(day))


def opening_days(*, today: date) -> OpeningDays:
    to_come = Closure.objects.filter(last_on__gte=today)[:CLOSURES_SHOWN]
    return OpeningDays(today, library_calendar(today=today.replace(day=1)), list(to_come))


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    shown = {"opening": opening_days(today=timezone.localdate()), "hold_hours": settings.HOLD_HOURS}
    return render(request, "reservations/opening_days.html", shown)
