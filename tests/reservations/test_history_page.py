"""The history on the shelf: page by page, and what it no longer remembers."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reservations import services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client):
    reader = patron(plan="PREMIUM")
    client.force_login(reader)
    return reader


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def ended(user, now: datetime, *, number: int) -> list[int]:
    """So many cancelled reservations, the latest first; those around the end of the first page at the same instant."""
    book = book_with_copies(1)
    made = [
        Reservation(user=user, book=book, days=7, status="cancelled", closed_at=now - timedelta(days=place // 19))
        for place in range(number)
    ]
    rows = Reservation.objects.bulk_create(made)
    return [row.pk for row in sorted(rows, key=lambda row: (row.closed_at, row.pk), reverse=True)]


def test_the_history_is_read_page_by_page_each_once(client, reader, now) -> None:
    every = ended(reader, now, number=45)
    address, seen = "/me/", []
    while address:
        answer = client.get(address)
        seen.append([one.pk for one in answer.context["history"].ended])
        older = re.findall(r'href="(\?before=\d+)#history-title"', answer.content.decode())
        address = f"/me/{older[0]}" if older else ""
    assert seen == [every[:20], every[20:40], every[40:]]
    assert 'href="/me/#history-title"' in answer.content.decode()


@pytest.mark.parametrize("before", ["x", "-1", "0", "99999999999999999999"])
def test_a_page_that_makes_no_sense_is_the_first(client, reader, now, before) -> None:
    [latest] = ended(reader, now, number=1)
    assert [one.pk for one in client.get("/me/", {"before": before}).context["history"].ended] == [latest]


def test_anothers_reservation_marks_no_page(client, reader, now) -> None:
    [theirs] = ended(patron(), now, number=1)
    [latest] = ended(reader, now, number=1)
    assert [one.pk for one in client.get("/me/", {"before": theirs}).context["history"].ended] == [latest]


def test_what_is_forgotten_is_explained_with_a_way_to_change_that(client, reader, now) -> None:
    services.cancel(reservation_id=reserved(reader, book_with_copies(1), now).pk, now=now)
    services.forget_loans_of(user_id=reader.pk)
    page = client.get("/me/").content.decode()
    assert "No longer remembered" in page
    assert "We forget which book it was 30 days after it has ended" in page
    assert 'href="/me/profile/privacy/"' in page


def test_who_keeps_a_history_reads_that(client, reader, now) -> None:
    reader.keeps_loan_history = True
    reader.save()
    services.cancel(reservation_id=reserved(reader, book_with_copies(1), now).pk, now=now)
    page = client.get("/me/").content.decode()
    assert "We remember what you have borrowed, for you alone." in page
    assert "We forget" not in page
