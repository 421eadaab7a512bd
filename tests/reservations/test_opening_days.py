"""Everybody can read on which days the library is closed: on a page, and in an app."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from reservations import services
from reservations.models import Closure
from reservations.opening_days import opening_days

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 12, 4)


def closed(first_on: date, last_on: date, reason: str = "Works") -> Closure:
    return Closure.objects.create(first_on=first_on, last_on=last_on, reason=reason)


def test_the_page_tells_what_is_closed_and_what_is_not_over() -> None:
    today = timezone.localdate()
    closed(today - timedelta(days=9), today - timedelta(days=8), "Long over")
    closed(today, today + timedelta(days=400), "Moving <house>")
    page = Client().get("/opening-days/").content.decode()
    assert "Closed today" in page
    assert "Moving &lt;house&gt;" in page
    assert "Long over" not in page


def test_without_closures_the_page_says_so() -> None:
    page = Client().get("/opening-days/").content.decode()
    assert "Open today" in page
    assert "No closures ahead" in page


def test_every_page_leads_to_it() -> None:
    assert 'href="/opening-days/"' in Client().get("/").content.decode()


def test_the_next_open_day_and_the_reason_are_told() -> None:
    services.close_weekly(weekdays=[5, 6])
    closed(FRIDAY, FRIDAY, "Feast")
    opening = opening_days(today=FRIDAY)
    assert (opening.is_open, opening.reason, opening.next_open) == (False, "Feast", date(2026, 12, 7))
    assert [is_open for _name, is_open in opening.week()] == [True] * 5 + [False] * 2


def test_three_months_are_shown_with_their_closed_days_also_those_of_this_month_that_are_over() -> None:
    closed(date(2026, 12, 1), date(2026, 12, 2))
    closed(date(2027, 2, 28), date(2027, 3, 1))
    months = list(opening_days(today=FRIDAY).months())
    shown = {day.on for _first, weeks in months for week in weeks for day in week if day and not day.is_open}
    assert [first for first, _weeks in months] == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert shown == {date(2026, 12, 1), date(2026, 12, 2), date(2027, 2, 28)}


def test_apps_read_the_calendar_without_a_login(api: APIClient, settings) -> None:
    settings.HOLD_HOURS = 48
    today = timezone.localdate()
    weekdays = sorted({(today.weekday() + ahead) % 7 for ahead in (3, 4)})
    services.close_weekly(weekdays=weekdays)
    christmas = closed(today + timedelta(days=20), today + timedelta(days=22), "Christmas")
    closed(today - timedelta(days=2), today - timedelta(days=1), "Over")
    names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    assert api.get("/api/v1/calendar/").json() == {
        "time_zone": "UTC",
        "today": str(today),
        "is_open_today": True,
        "next_open_on": str(today),
        "hold_hours": 48,
        "weekly_closing": [names[weekday] for weekday in weekdays],
        "closures": [{"first_on": str(christmas.first_on), "last_on": str(christmas.last_on), "reason": "Christmas"}],
    }


def test_the_list_of_closures_is_bounded(api: APIClient, django_assert_max_num_queries) -> None:
    today = timezone.localdate()
    Closure.objects.bulk_create(Closure(first_on=today, last_on=today, reason=str(day)) for day in range(101))
    with django_assert_max_num_queries(3):
        assert len(api.get("/api/v1/calendar/").json()["closures"]) == 100
