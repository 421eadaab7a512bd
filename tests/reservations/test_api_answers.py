"""What a reservation and a quote say over HTTP, from the first question to the last state."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from books.models import Copy
from reservations import services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import librarian, patron
from tests.factories.tokens import api_of

pytestmark = pytest.mark.django_db

RESERVATIONS = "/api/v1/reservations/"


@pytest.fixture
def now():
    return timezone.now()


def shown(reservation: Reservation, who: Any = None) -> dict[str, Any]:
    return api_of(who or reservation.user).get(f"{RESERVATIONS}{reservation.pk}/").json()


def quoted(user: Any, book: Any, **asked: Any) -> Any:
    return api_of(user).post(f"{RESERVATIONS}quote/", {"book": book.pk, **asked})


def test_a_place_in_a_queue_says_where_it_is_and_for_how_long(now) -> None:
    book = book_with_copies(1, title="Emma")
    lent(patron(), book, now, days=5)
    first, second = (reserved(patron(), book, now + timedelta(seconds=second)) for second in (1, 2))
    body = shown(second)
    assert body.pop("created_at") == (now + timedelta(seconds=2)).isoformat().replace("+00:00", "Z")
    assert body == {
        "id": second.pk,
        "status": "pending",
        "is_overdue": False,
        "book": {"id": book.pk, "title": "Emma", "authors": ["Some Author"], "cover": ""},
        "user": {"id": second.user_id, "name": None},
        "days": 7,
        "queue_position": 2,
        "queue_length": 2,
        "estimated_wait": 12,
        "starts_on": None,
        "due_on": None,
        "hold_until": None,
        "paused_until": None,
        "price": None,
        "discount": "",
        "discount_percent": 0,
        "refunded": "0.00",
        "late_fee": "0.00",
        "lost_on": None,
        "lost_fee": "0.00",
        "extensions_left": 0,
        "actions": ["change_days", "pause", "cancel"],
    }
    assert shown(first)["estimated_wait"] == 5


def test_an_overdue_loan_says_what_a_return_would_cost_today(now) -> None:
    loan = lent(patron(), book_with_copies(1, price="0.30"), now - timedelta(days=8), days=7)
    assert [shown(loan)[name] for name in ("is_overdue", "late_fee", "extensions_left")] == [True, "0.20", 2]
    returned = api_of(loan.user).post(f"{RESERVATIONS}{loan.pk}/return/").json()
    assert (returned["late_fee"], returned["reservation"]["late_fee"]) == ("0.20", "0.20")


def test_on_its_last_day_a_loan_is_not_overdue(now) -> None:
    loan = lent(patron(), book_with_copies(1), now - timedelta(days=7), days=7)
    assert [shown(loan)[name] for name in ("is_overdue", "late_fee")] == [False, "0.00"]
    assert api_of(loan.user).get(f"{RESERVATIONS}?overdue=true").json()["results"] == []


def test_who_waits_for_a_book_is_counted_until_the_reservation_has_ended(now) -> None:
    book = book_with_copies(1)
    held = reserved(patron(), book, now)
    reserved(patron(), book, now)
    assert [shown(held)[name] for name in ("queue_position", "queue_length")] == [None, 1]
    services.cancel(reservation_id=held.pk, now=now)
    reserved(patron(), book, now)
    assert [shown(held)[name] for name in ("queue_position", "queue_length", "actions")] == [None, 0, []]


def test_everybody_is_offered_what_they_may_do_in_this_state(now, settings) -> None:
    held, loan = reserved(patron(), book_with_copies(1), now), lent(patron(), book_with_copies(1), now)
    desk = librarian()
    of_staff = {one.status: shown(one, desk)["actions"] for one in (held, loan)}
    of_patron = {one.status: shown(one)["actions"] for one in (held, loan)}
    settings.SELF_SERVICE = False
    at_the_desk_only = {one.status: shown(one)["actions"] for one in (held, loan)}
    assert of_patron == {"ready": ["change_days", "cancel", "defer", "check_out"], "active": ["extend", "return"]}
    assert of_staff == {
        "ready": ["change_days", "cancel", "defer", "check_out"],
        "active": ["extend", "return", "lose"],
    }
    assert at_the_desk_only == {"ready": ["change_days", "cancel", "defer"], "active": ["extend"]}


def test_a_quote_says_how_much_of_each_limit_is_used(now) -> None:
    reader, book = patron(), book_with_copies(2)
    reserved(reader, book_with_copies(1), now)
    waited_for = book_with_copies(1)
    reserved(patron(), waited_for, now)
    reserved(reader, waited_for, now)
    quote = quoted(reader, book).json()
    assert (quote["limits"], quote["refusal"]["code"]) == (
        {
            "copies": {"used": 1, "limit": 1},
            "holds_this_week": {"used": 1, "limit": 1},
            "pending": {"used": 1, "limit": 10},
        },
        "limit_reached",
    )
    assert quoted(patron(plan="PREMIUM"), book).json()["limits"]["holds_this_week"] == {"used": 0, "limit": None}


def test_a_quote_says_how_long_the_wait_is_and_how_that_was_worked_out(now) -> None:
    book = book_with_copies(1)
    lent(patron(), book, now, days=5)
    quote = quoted(patron(), book).json()
    assert {name: quote[name] for name in ("outcome", "queue_position", "estimate", "refusal")} == {
        "outcome": "pending",
        "queue_position": 1,
        "estimate": {
            "days": 5,
            "ahead": 0,
            "copies": 1,
            "loans": 0,
            "average_days": 7.0,
            "words": "Nobody is ahead of you, 1 copy; it was never lent, so 7 days a loan are assumed.",
        },
        "refusal": None,
    }


def test_where_many_wait_a_quote_is_about_the_shorter_loan(now, settings) -> None:
    settings.SHORT_LOAN_WAITING_PER_COPY, settings.SHORT_LOAN_DAYS = 1, 3
    book, reader = book_with_copies(1), patron(plan="PREMIUM")
    reserved(patron(), book, now)
    reserved(patron(), book, now)
    quote = quoted(reader, book, days=10).json()
    assert [quote[name] for name in ("days", "max_days", "short_loan_days", "price")] == [3, 14, 3, "0.24"]


def test_a_withdrawn_book_is_not_found_wherever_it_is_asked_for(now) -> None:
    reader, book, unknown = patron(), book_with_copies(1), 10**9
    type(book).objects.filter(pk=book.pk).update(withdrawn_at=now)
    client = api_of(reader)
    for book_id in (book.pk, unknown):
        answers = [
            client.get(f"/api/v1/books/{book_id}/"),
            client.get(f"/api/v1/books/{book_id}/availability/"),
            client.post(f"{RESERVATIONS}quote/", {"book": book_id}),
            client.post(RESERVATIONS, {"book": book_id}),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 4


def test_a_book_without_a_lendable_copy_is_unavailable_by_quote_and_by_reserving(now) -> None:
    reader, book = patron(), book_with_copies(1)
    Copy.objects.filter(book=book).update(status=Copy.Status.UNAVAILABLE, reason="lost")
    before = Reservation.objects.count()
    assert quoted(reader, book).json()["refusal"]["code"] == "unavailable"
    assert api_of(reader).post(RESERVATIONS, {"book": book.pk}).json()["code"] == "unavailable"
    assert Reservation.objects.count() == before


def test_a_page_of_places_takes_as_many_queries_as_one(now) -> None:
    book, desk = book_with_copies(1), api_of(librarian())
    reserved(patron(), book, now)
    desk.get(RESERVATIONS)  # lets Redis know the queue
    counts = []
    for _ in range(2):
        for _number in range(3):
            reserved(patron(), book, now)
        with CaptureQueriesContext(connection) as asked:
            desk.get(RESERVATIONS)
        counts.append(len(asked))
    assert counts[0] == counts[1]
