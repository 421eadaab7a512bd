"""Librarians close the library on some days, and open it again; holds and loans follow, and never end earlier."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from library_portal.audit.models import AuditEntry
from library_portal.errors import InvalidInput
from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.library_calendar import library_calendar
from reservations.models import Closure, Reservation, WeeklyClosing
from reservations.services import follow_calendar, moving_dates
from tests.factories.broken_rows import break_row, mend_row
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 2)


def close(first: int, last: int, now: datetime, reason: str = "Works") -> Closure:
    """On these days of November 2026."""
    return services.close_library(first_on=date(2026, 11, first), last_on=date(2026, 11, last), reason=reason, now=now)


def hold(now: datetime) -> Reservation:
    reader, book = patron(), book_with_copies(1)
    return services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)


def loan(now: datetime) -> Reservation:
    return services.check_out(reservation_id=hold(now).pk, now=now)


def due_on(reservation: Reservation) -> date | None:
    return Reservation.objects.get(pk=reservation.pk).due_on


def held_until(reservation: Reservation) -> datetime | None:
    return Reservation.objects.get(pk=reservation.pk).hold_until


def moved() -> list[int]:
    """Reservations that were told to have other dates, in this order."""
    told = OutboxEvent.objects.filter(name="reservation.changed", payload__what="dates").order_by("pk")
    return [event.payload["reservation_id"] for event in told]


@pytest.mark.parametrize(
    ("first_on", "last_on", "message"),
    [
        (date(2026, 11, 5), date(2026, 11, 4), "The last day is before the first."),
        (date(2026, 11, 5), date(2027, 11, 6), "One closure is 366 days at most."),
        (date(2026, 10, 1), date(2026, 11, 1), "These days are over."),
        (date(9999, 12, 31), date(9999, 12, 31), "This is more than five years ahead."),
    ],
)
def test_a_closure_that_cannot_be_meant_is_refused(now, first_on: date, last_on: date, message: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.close_library(first_on=first_on, last_on=last_on, reason="Holidays", now=now)
    assert refusal.value.extra == {"errors": {"last_on": [message]}}
    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    ("first_on", "last_on"),
    [
        (TODAY, TODAY),
        (date(2026, 10, 30), TODAY),  # it has begun already
        (date(2026, 11, 5), date(2027, 11, 5)),  # 366 days
    ],
)
def test_one_day_a_year_and_what_has_begun_may_be_closed(now, first_on: date, last_on: date) -> None:
    services.close_library(first_on=first_on, last_on=last_on, reason="Holidays", now=now)
    assert library_calendar(today=TODAY).spans == [(first_on, last_on)]


def test_closures_may_overlap(now) -> None:
    close(4, 6, now)
    close(5, 9, now)
    assert library_calendar(today=TODAY).next_open(date(2026, 11, 4)) == date(2026, 11, 10)


def test_the_calendar_costs_two_short_queries_without_what_is_over(now, django_assert_num_queries) -> None:
    close(4, 6, now)
    Closure.objects.create(first_on=date(2026, 10, 1), last_on=date(2026, 11, 1), reason="Over")
    services.close_weekly(weekdays=[6])
    with django_assert_num_queries(2):
        calendar = library_calendar(today=TODAY)
    assert (calendar.weekdays, calendar.spans) == ({6}, [(date(2026, 11, 4), date(2026, 11, 6))])


def test_the_library_is_open_on_one_day_of_the_week_at_least() -> None:
    services.close_weekly(weekdays=range(6))
    with pytest.raises(InvalidInput):
        services.close_weekly(weekdays=range(7))
    with pytest.raises(InvalidInput):
        services.close_weekly(weekdays=[7])
    assert list(WeeklyClosing.objects.values_list("weekday", flat=True)) == [0, 1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_week_at_once_do_not_close_all_of_it() -> None:
    start = Barrier(2)

    def change(weekdays: range) -> None:
        start.wait()
        services.close_weekly(weekdays=weekdays)
        connection.close()

    threads = [Thread(target=change, args=[days]) for days in (range(4), range(4, 7))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(WeeklyClosing.objects.values_list("weekday", flat=True)) in ({0, 1, 2, 3}, {4, 5, 6})


def test_every_change_is_recorded_and_written_down(now) -> None:
    closure = close(4, 6, now, reason="Stocktaking")
    services.change_closure(
        closure_id=closure.pk, first_on=date(2026, 11, 4), last_on=date(2026, 11, 7), reason="Stocktaking", now=now
    )
    services.reopen_library(closure_id=closure.pk)
    services.close_weekly(weekdays=[6, 5])
    services.close_weekly(weekdays=[5, 6])  # changes nothing
    recorded = OutboxEvent.objects.filter(name="calendar.changed").order_by("pk")
    assert [event.payload for event in recorded] == [
        {"what": "closed"},
        {"what": "closed"},
        {"what": "reopened"},
        {"what": "week"},
    ]
    lines = AuditEntry.objects.filter(action="calendar_changed").order_by("pk").values_list("details", flat=True)
    assert list(lines) == [
        {"what": "closed", "days": "2026-11-04 – 2026-11-06", "closed_for": "Stocktaking"},
        {
            "what": "closed",
            "days": "2026-11-04 – 2026-11-07",
            "closed_for": "Stocktaking",
            "before": "2026-11-04 – 2026-11-06",
        },
        {"what": "reopened", "days": "2026-11-04 – 2026-11-07", "closed_for": "Stocktaking"},
        {"what": "week", "weekdays": [5, 6], "before": []},
    ]
    assert not Closure.objects.exists()


def test_what_ends_on_days_that_are_closed_now_ends_later(now) -> None:
    held, lent, other = hold(now), loan(now), loan(now - timedelta(days=2))
    assert (held_until(held), due_on(lent), due_on(other)) == (
        now + timedelta(days=2),
        date(2026, 11, 9),
        date(2026, 11, 7),
    )
    close(4, 4, now)
    close(9, 10, now)
    follow_calendar(now=now)
    assert (held_until(held), due_on(lent), due_on(other)) == (
        now + timedelta(days=3),
        date(2026, 11, 11),
        date(2026, 11, 7),
    )
    assert moved() == [held.pk, lent.pk]


def test_a_change_of_the_calendar_is_followed_by_its_handler_and_the_reader_is_told_once() -> None:
    """On the real clock, as handlers are."""
    now = datetime.now(UTC)
    lent = loan(now)
    last = lent.due_on
    services.close_library(first_on=last, last_on=last + timedelta(days=1), reason="Works", now=now)
    deliver_pending()
    assert due_on(lent) == last + timedelta(days=2)
    services.close_weekly(weekdays=[(last.weekday() - 1) % 7])
    deliver_pending()
    told = Notification.objects.filter(user=lent.user_id, kind="reservation_changed")
    assert list(told.values_list("subject", flat=True)) == [lent.subject]


def test_following_twice_changes_nothing_more(now) -> None:
    held, lent = hold(now), loan(now)
    close(3, 10, now)
    services.close_weekly(weekdays=[6])
    for _ in range(2):
        follow_calendar(now=now)
    assert (held_until(held), due_on(lent)) == (now + timedelta(days=10), date(2026, 11, 11))
    assert moved() == [held.pk, lent.pk]


def test_dates_that_have_moved_stay_when_the_library_opens_again(now) -> None:
    held, lent = hold(now), loan(now)
    closure = close(3, 10, now)
    follow_calendar(now=now)
    services.reopen_library(closure_id=closure.pk)
    follow_calendar(now=now)
    assert (held_until(held), due_on(lent)) == (now + timedelta(days=10), date(2026, 11, 11))


def test_what_has_run_out_or_was_due_before_the_closure_stays(now) -> None:
    held, overdue = hold(now - timedelta(days=2)), loan(now - timedelta(days=9))
    in_the_closure = loan(now - timedelta(days=8))
    assert (held_until(held), due_on(overdue), due_on(in_the_closure)) == (
        now,
        date(2026, 10, 31),
        date(2026, 11, 1),
    )
    services.close_library(first_on=date(2026, 11, 1), last_on=date(2026, 11, 3), reason="Flood", now=now)
    follow_calendar(now=now)
    assert (held_until(held), due_on(overdue), due_on(in_the_closure)) == (
        now,
        date(2026, 10, 31),
        date(2026, 11, 4),
    )


def test_a_new_day_of_the_week_does_not_reach_back(now) -> None:
    overdue = loan(now - timedelta(days=8))  # due on Sunday, 1 November
    services.close_weekly(weekdays=[6])
    follow_calendar(now=now)
    assert due_on(overdue) == date(2026, 11, 1)


def test_many_dates_are_moved_in_runs_that_follow_each_other(now, monkeypatch) -> None:
    monkeypatch.setattr(moving_dates, "DATES_AT_ONCE", 2)
    lent = [loan(now) for _ in range(5)]
    close(9, 9, now)
    after, runs = 0, 0
    while after is not None:
        follow_calendar(after=after, now=now)
        runs += 1
        asked = OutboxEvent.objects.filter(name="calendar.continued", payload__after_id__gt=after).first()
        after = asked and asked.payload["after_id"]
    assert (runs, moved()) == (3, [one.pk for one in lent])


def test_one_that_fails_does_not_stop_the_others(now) -> None:
    first, second = loan(now), loan(now)
    close(9, 9, now)
    break_row(first)
    follow_calendar(now=now)
    assert moved() == [second.pk]
    mend_row()
    follow_calendar(now=now)
    assert moved() == [second.pk, first.pk]


def test_what_is_held_and_lent_from_now_on_goes_by_the_calendar(now) -> None:
    close(3, 9, now)
    held, lent = hold(now), loan(now)
    assert (held.hold_until, lent.due_on) == (now + timedelta(days=9), date(2026, 11, 10))
