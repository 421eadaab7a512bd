"""The library calendar by tables of cases: what is open, until when holds are kept, when loans are due (rules.md)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from reservations.fees import late_fee
from reservations.library_calendar import LibraryCalendar

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
ALWAYS_OPEN = LibraryCalendar(weekdays=[], spans=[])
NEVER_OPEN = LibraryCalendar(weekdays=range(7), spans=[])
CLOSED_FOR_YEARS = LibraryCalendar(weekdays=[], spans=[(date(2026, 11, 1), date(2029, 1, 1))])
WEEKENDS = LibraryCalendar(weekdays=[SAT, SUN], spans=[])
CHRISTMAS = LibraryCalendar(weekdays=[SUN], spans=[(date(2026, 12, 24), date(2026, 12, 26))])
OVERLAPPING = LibraryCalendar(
    weekdays=[],
    spans=[
        (date(2026, 11, 4), date(2026, 11, 10)),
        (date(2026, 11, 3), date(2026, 11, 5)),
        (date(2026, 11, 11), date(2026, 11, 11)),
    ],
)


@pytest.fixture
def zone(settings, request) -> ZoneInfo:
    settings.TIME_ZONE = request.param
    return ZoneInfo(request.param)


def local(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [
        (ALWAYS_OPEN, date(2026, 11, 7), date(2026, 11, 7)),
        (WEEKENDS, date(2026, 11, 6), date(2026, 11, 6)),
        (WEEKENDS, date(2026, 11, 7), date(2026, 11, 9)),
        (CHRISTMAS, date(2026, 12, 23), date(2026, 12, 23)),
        (CHRISTMAS, date(2026, 12, 24), date(2026, 12, 28)),  # the 27th is a Sunday
        (OVERLAPPING, date(2026, 11, 3), date(2026, 11, 12)),
        (NEVER_OPEN, date(2026, 11, 7), date(2026, 11, 7)),
        (CLOSED_FOR_YEARS, date(2026, 11, 7), date(2026, 11, 7)),
    ],
)
def test_the_next_open_day(calendar: LibraryCalendar, day: date, expected: date) -> None:
    assert calendar.next_open(day) == expected


@pytest.mark.parametrize(
    ("calendar", "starts_on", "days", "expected"),
    [
        (ALWAYS_OPEN, date(2026, 11, 2), 7, date(2026, 11, 9)),
        (WEEKENDS, date(2026, 11, 2), 5, date(2026, 11, 9)),  # closed days count as loan days, but nothing ends on one
        (WEEKENDS, date(2026, 11, 2), 7, date(2026, 11, 9)),
        (CHRISTMAS, date(2026, 12, 10), 14, date(2026, 12, 28)),
        (NEVER_OPEN, date(2026, 11, 2), 7, date(2026, 11, 9)),
        (ALWAYS_OPEN, date(2024, 2, 22), 7, date(2024, 2, 29)),
    ],
)
def test_a_loan_never_ends_on_a_closed_day(
    calendar: LibraryCalendar, starts_on: date, days: int, expected: date
) -> None:
    assert calendar.due_on(starts_on, days) == expected


@pytest.mark.parametrize(
    ("calendar", "ready_at", "expected"),
    [
        (ALWAYS_OPEN, "2026-11-06T12:00", "2026-11-08T12:00"),
        (WEEKENDS, "2026-11-02T12:00", "2026-11-04T12:00"),
        (WEEKENDS, "2026-11-06T12:00", "2026-11-10T12:00"),  # 12 hours of Friday, all Monday, 12 of Tuesday
        (WEEKENDS, "2026-11-07T09:30", "2026-11-11T00:00"),  # ready on a closed day: from Monday's midnight on
        (WEEKENDS, "2026-11-05T00:00", "2026-11-07T00:00"),  # ends as the last open day ends
        (CHRISTMAS, "2026-12-23T18:00", "2026-12-29T18:00"),  # 6 hours of the 23rd, all the 28th, 18 of the 29th
        (OVERLAPPING, "2026-11-02T12:00", "2026-11-13T12:00"),
        (NEVER_OPEN, "2026-11-02T12:00", "2026-11-04T12:00"),
        (CLOSED_FOR_YEARS, "2026-11-02T12:00", "2026-11-04T12:00"),
    ],
)
def test_hours_of_closed_days_do_not_count_for_a_hold(
    settings, calendar: LibraryCalendar, ready_at: str, expected: str
) -> None:
    settings.HOLD_HOURS = 48
    assert calendar.hold_until(utc(ready_at)) == utc(expected)


@pytest.mark.parametrize(("hours", "expected"), [(1, "2026-11-06T22:30"), (24, "2026-11-09T21:30")])
def test_the_setting_says_how_many_hours(settings, hours: int, expected: str) -> None:
    settings.HOLD_HOURS = hours
    assert WEEKENDS.hold_until(utc("2026-11-06T21:30")) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "closed", "ready_at", "expected"),
    [
        # Closed on the day of 25 hours: none of them counts. Open on it: 48 hours are 48 hours.
        ("Europe/Berlin", [SUN], "2026-10-24T12:00", "2026-10-27T12:00"),
        ("Europe/Berlin", [], "2026-10-24T12:00", "2026-10-26T11:00"),
        # Closed on the day of 23 hours, and open on it.
        ("Europe/Berlin", [SUN], "2026-03-28T12:00", "2026-03-31T12:00"),
        ("Europe/Berlin", [], "2026-03-28T12:00", "2026-03-30T13:00"),
        # Ready on a closed Sunday that begins at one o'clock, as there is no midnight; then until Tuesday's end.
        ("America/Sao_Paulo", [SUN], "2018-11-04T15:00", "2018-11-07T00:00"),
        # The closed day ends where the missing midnight would be: Sunday has 23 hours, Monday 24, Tuesday one.
        ("America/Sao_Paulo", [SAT], "2018-11-03T15:00", "2018-11-06T01:00"),
        # A Saturday with a second hour before midnight.
        ("America/Sao_Paulo", [SAT], "2018-02-17T15:00", "2018-02-20T00:00"),
        # A day that never was: 2011-12-30, a Friday. Closed or open, it has no hours.
        ("Pacific/Apia", [FRI], "2011-12-29T12:00", "2012-01-01T12:00"),
        ("Pacific/Apia", [], "2011-12-29T12:00", "2012-01-01T12:00"),
        # The library's day, not that of UTC: 23:00 in Apia on Saturday is still Saturday morning in UTC.
        ("Pacific/Apia", [SUN], "2026-11-07T23:00", "2026-11-10T23:00"),
    ],
    indirect=["zone"],
)
def test_days_are_those_of_the_librarys_zone_however_long_they_are(
    zone: ZoneInfo, settings, closed: list[int], ready_at: str, expected: str
) -> None:
    settings.HOLD_HOURS = 48
    kept = LibraryCalendar(weekdays=closed, spans=[]).hold_until(local(zone, ready_at).astimezone(UTC))
    assert kept.astimezone(zone).strftime("%Y-%m-%dT%H:%M") == expected


@pytest.mark.parametrize(
    ("calendar", "ready_at", "hold_until", "expected"),
    [
        (ALWAYS_OPEN, "2026-11-02T12:00", "2026-11-04T12:00", "2026-11-04T12:00"),
        (OVERLAPPING, "2026-11-02T12:00", "2026-11-04T12:00", "2026-11-13T12:00"),
        # Days that are open again take nothing back.
        (ALWAYS_OPEN, "2026-11-02T12:00", "2026-11-13T12:00", "2026-11-13T12:00"),
        # What an earlier closing made of it falls on a day that is closed now.
        (WEEKENDS, "2026-11-03T12:00", "2026-11-07T12:00", "2026-11-09T12:00"),
        # It ends with an open day: the closed day after it changes nothing.
        (WEEKENDS, "2026-11-05T00:00", "2026-11-07T00:00", "2026-11-07T00:00"),
        (WEEKENDS, "2026-11-03T12:00", "2026-11-08T00:00", "2026-11-10T00:00"),
        (NEVER_OPEN, "2026-11-02T12:00", "2026-11-04T12:00", "2026-11-04T12:00"),
    ],
)
def test_a_hold_follows_the_calendar_and_never_ends_earlier(
    settings, calendar: LibraryCalendar, ready_at: str, hold_until: str, expected: str
) -> None:
    settings.HOLD_HOURS = 48
    kept = calendar.kept_until(ready_at=utc(ready_at), hold_until=utc(hold_until))
    assert kept == utc(expected)
    assert calendar.kept_until(ready_at=utc(ready_at), hold_until=kept) == kept


@pytest.mark.parametrize("zone", ["Europe/Berlin"], indirect=True)
def test_a_hold_that_moves_over_the_change_of_clocks_keeps_its_hour(zone: ZoneInfo) -> None:
    sundays = LibraryCalendar(weekdays=[SUN], spans=[])
    ready_at, said = local(zone, "2026-10-19T10:00"), local(zone, "2026-10-25T18:00")
    kept = sundays.kept_until(ready_at=ready_at.astimezone(UTC), hold_until=said.astimezone(UTC))
    assert timezone.localtime(kept).strftime("%Y-%m-%dT%H:%M") == "2026-10-26T18:00"


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        (ALWAYS_OPEN, date(2026, 11, 9)),
        (WEEKENDS, date(2026, 11, 9)),
        (OVERLAPPING, date(2026, 11, 4)),
        (CHRISTMAS, date(2026, 11, 9)),
    ],
)
def test_a_closure_that_goes_on_reaches_back_to_its_first_day(calendar: LibraryCalendar, expected: date) -> None:
    assert calendar.closed_since(date(2026, 11, 9)) == expected


def test_late_fees_count_closed_days_too() -> None:
    friday, monday = date(2026, 11, 6), date(2026, 11, 9)
    fee = late_fee(daily_fee=Decimal("0.10"), cap=Decimal(20), due_on=friday, returned_on=monday)
    assert (monday - friday, fee) == (timedelta(days=3), Decimal("0.60"))
