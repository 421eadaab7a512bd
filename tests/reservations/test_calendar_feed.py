"""A patron's due dates in other calendars: what is in the feed, who can read it, and what it is to a program."""

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from icalendar import Calendar

import accounts.services
from accounts.models import User
from library_portal import personal_data
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.calendar_feed.addresses import address_of
from reservations.models import CalendarFeed, Reservation
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> User:
    return patron(plan="PLUS")


def hold(reader: User, now: datetime, title: str = "Emma") -> Reservation:
    book = book_with_copies(1, title=title)
    return services.reserve(user_id=reader.pk, book_id=book.pk, days=3, join_queue=True, now=now)


def lend(reader: User, now: datetime, title: str = "Emma") -> Reservation:
    return services.check_out(reservation_id=hold(reader, now, title).pk, now=now)


def path_of(reader: User) -> str:
    return urlsplit(address_of(services.renew_feed(user_id=reader.pk))).path


def read(path: str) -> Calendar:
    answer = Client().get(path)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def entries(calendar: Calendar) -> list[dict[str, Any]]:
    return [
        {"summary": str(one["SUMMARY"]), "start": one.start, "sequence": one.sequence, "uid": str(one["UID"])}
        for one in calendar.walk("VEVENT")
    ]


def test_a_due_date_is_a_whole_day_with_a_reminder_on_the_morning_before(reader, now) -> None:
    loan = lend(reader, now)
    [entry] = read(path_of(reader)).walk("VEVENT")
    assert (str(entry["SUMMARY"]), entry.start, entry.end) == ("Due back: Emma", date(2026, 11, 5), date(2026, 11, 6))
    [alarm] = entry.walk("VALARM")
    assert (str(alarm["ACTION"]), alarm.TRIGGER) == ("DISPLAY", timedelta(hours=-15))
    loan.refresh_from_db()
    assert entry.LAST_MODIFIED == entry.DTSTAMP == loan.changed_at.replace(microsecond=0)


def test_a_pick_up_deadline_is_an_instant_in_utc_and_told_in_the_librarys_time(reader, now, settings) -> None:
    settings.TIME_ZONE = "America/New_York"
    held = hold(reader, now)
    [entry] = read(path_of(reader)).walk("VEVENT")
    assert (str(entry["SUMMARY"]), entry.start) == ("Pick up: Emma", held.hold_until)
    assert b"DTSTART:20261104T120000Z\r\n" in entry.to_ical()
    assert "until Wed 4 Nov, 07:00" in str(entry["DESCRIPTION"])
    [alarm] = entry.walk("VALARM")
    assert (str(alarm["ACTION"]), alarm.TRIGGER) == ("DISPLAY", timedelta(days=-1))


def test_one_entry_follows_the_reservation_until_the_return_and_is_gone_then(reader, now) -> None:
    path, held = path_of(reader), hold(reader, now)
    seen = [entries(read(path))]
    services.check_out(reservation_id=held.pk, now=now)
    seen.append(entries(read(path)))
    services.extend(reservation_id=held.pk, now=now + timedelta(days=1))
    seen.append(entries(read(path)))
    services.return_copy(reservation_id=held.pk, now=now + timedelta(days=2))
    assert entries(read(path)) == []
    [first], [second], [third] = seen
    assert first["uid"] == second["uid"] == third["uid"] == f"reservation-{held.pk}@127.0.0.1"
    assert first["sequence"] < second["sequence"] < third["sequence"]
    assert [second["start"], third["start"]] == [date(2026, 11, 5), date(2026, 11, 10)]


def test_neither_what_waits_nor_what_has_ended_nor_what_is_anothers_is_in_it(reader, now) -> None:
    lend(reader, now, "Mine")
    lend(patron(), now, "Somebody else's")
    services.return_copy(reservation_id=lend(reader, now, "Read").pk, now=now)
    taken = lend(patron(), now, "Taken").book_id
    services.reserve(user_id=reader.pk, book_id=taken, days=None, join_queue=True, now=now)
    text = Client().get(path_of(reader)).content.decode()
    assert [name for name in ("Mine", "else's", "Read", "Taken") if name in text] == ["Mine"]


def test_it_is_what_rfc_5545_asks_for_also_when_it_is_empty(reader, now) -> None:
    path, title = path_of(reader), "Ü" * 50 + "; or, a “comma, and\\a \nbreak"
    empty = Client().get(path)
    lend(reader, now, title)
    full = Client().get(path)
    for answer in (empty, full):
        lines = answer.content.split(b"\r\n")
        assert (lines.pop(), [line for line in lines if len(line) > 75 or b"\n" in line]) == (b"", [])
        calendar = Calendar.from_ical(answer.content)
        assert calendar.subcomponents
        assert (calendar["VERSION"], calendar["PRODID"]) == ("2.0", "-//Library Portal//Loans//EN")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in answer.content
    [entry] = Calendar.from_ical(full.content).walk("VEVENT")
    assert str(entry["SUMMARY"]) == f"Due back: {title}"


def test_a_program_that_has_it_already_is_told_so(reader, now) -> None:
    path, loan = path_of(reader), lend(reader, now)
    first = Client().get(path)
    assert first["Cache-Control"] == "private, no-cache"
    again = {"If-None-Match": first["ETag"]}
    assert Client().get(path, headers=again).status_code == 304
    services.extend(reservation_id=loan.pk, now=now + timedelta(days=1))
    assert Client().get(path, headers=again).status_code == 200
    assert Client().head(path)["ETag"] != first["ETag"]


def test_a_renewed_or_ended_address_leads_nowhere_also_after_a_new_one_was_made(reader) -> None:
    first = path_of(reader)
    second = path_of(reader)
    services.end_feed(user_id=reader.pk)
    third = path_of(reader)
    assert len({first, second, third}) == 3
    assert [Client().get(path).status_code for path in (first, second, third)] == [404, 404, 200]


@pytest.mark.parametrize("token", ["1-1", "1-1.forged", "x", "1-1." + "a" * 43, "1" * 5000, "é.ü"])
def test_a_forged_address_leads_nowhere(reader, token: str) -> None:
    path_of(reader)
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_the_signature_of_one_feed_does_not_fit_another(reader) -> None:
    own, others = path_of(reader), path_of(patron())
    mixed = own.rpartition(".ics")[0].rpartition(".")[0] + "." + others.rpartition(".ics")[0].rpartition(".")[2]
    assert [Client().get(path).status_code for path in (own, others, f"{mixed}.ics")] == [200, 200, 404]


def test_who_is_deactivated_has_no_feed_and_who_is_erased_never_again(reader, now) -> None:
    path = path_of(reader)
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert Client().get(path).status_code == 404
    User.objects.filter(pk=reader.pk).update(is_active=True)
    assert Client().get(path).status_code == 200
    accounts.services.delete_account(user_id=reader.pk, forfeit=True, now=now)
    assert (Client().get(path).status_code, CalendarFeed.objects.exists()) == (404, False)


def test_the_secret_is_in_no_log_and_in_no_event(reader, caplog, monkeypatch) -> None:
    with caplog.at_level(logging.DEBUG, "django.request"):
        path = path_of(reader)
        User.objects.filter(pk=reader.pk).update(is_active=False)
        Client().get(path)
        User.objects.filter(pk=reader.pk).update(is_active=True)
        Client().get(path)
        Client().post(path)
        broken = Client(raise_request_exception=False)
        monkeypatch.setattr("reservations.calendar_feed.views.calendar_of", None)
        assert broken.get(path).status_code == 500
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    assert "Internal Server Error: /calendar/secret.ics" in caplog.text
    assert "Not Found: /calendar/secret.ics" in caplog.text
    assert secret not in caplog.text
    assert [event for event in OutboxEvent.objects.all() if secret in str(event.payload)] == []


def test_the_page_makes_renews_and_ends_the_address(reader, client) -> None:
    client.force_login(reader)
    assert "/calendar/" not in client.get("/me/calendar/").context["address"]
    client.post("/me/calendar/renew/")
    page = client.get("/me/calendar/")
    first = page.context["address"]
    assert first in page.content.decode()
    assert "stopped working" not in page.content.decode()  # there was none before
    client.post("/me/calendar/renew/")
    page = client.get("/me/calendar/")
    second = page.context["address"]
    assert "The earlier one has stopped working." in page.content.decode()
    client.post("/me/calendar/end/")
    gone = client.get("/me/calendar/").context["address"]
    assert (bool(first), bool(second), first != second, gone) == (True, True, True, "")
    assert [Client().get(urlsplit(address).path).status_code for address in (first, second)] == [404, 404]


def test_todays_dates_are_one_file(reader, now, client) -> None:
    lend(reader, now)
    client.force_login(reader)
    answer = client.get("/me/calendar/library.ics")
    assert answer["Content-Disposition"] == 'attachment; filename="library.ics"'
    assert [one["summary"] for one in entries(Calendar.from_ical(answer.content))] == ["Due back: Emma"]


def test_a_copy_of_ones_data_says_that_there_is_a_feed_and_not_where(reader) -> None:
    address = address_of(services.renew_feed(user_id=reader.pk))
    whole = b"".join(personal_data.everything_about(reader.pk))
    created_at = CalendarFeed.objects.get().created_at.astimezone(UTC).date().isoformat()
    assert f'"calendar_feed":{{"created_at":"{created_at}'.encode() in whole
    assert address.rpartition("/")[2].encode() not in whole
