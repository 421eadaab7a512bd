"""`GET books/{id}/queue/`: who waits for a book, for librarians, a cursor at a time."""

import pytest
from rest_framework.test import APIClient

from reservations.models import Reservation
from reservations.services.queue import ORDER
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import librarian, patron
from tests.factories.queues import line_of
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(librarian())["Authorization"])
    return client


def ids(page) -> list[int]:
    return [one["reservation"]["id"] for one in page["results"]]


def test_each_place_says_what_keeps_it(desk, now) -> None:
    book = book_with_copies(1)
    lent(patron(), book, now)
    poor = reserved(patron(plan="PLUS", balance="0"), book, now)
    answer = desk.get(f"/api/v1/books/{book.pk}/queue/").json()
    place = answer["results"][0]
    assert (answer["next"], answer["previous"], ids(answer)) == (None, None, [poor.pk])
    assert place["reservation"]["queue_position"] == 1
    assert {name: place[name] for name in ("plan", "is_moved", "is_paused", "passed_over")} == {
        "plan": "PLUS", "is_moved": False, "is_paused": False, "passed_over": [],
    }  # fmt: skip
    assert place["refusal"]["code"] == "insufficient_funds"


def test_pages_follow_each_other_both_ways_whatever_stands_by_one_instant(desk, now) -> None:
    book = book_with_copies(0)
    line_of(book, 25, now=now)
    expected = list(Reservation.objects.filter(book=book).order_by(*ORDER).values_list("pk", flat=True))
    pages, address = [], f"/api/v1/books/{book.pk}/queue/?page_size=10"
    while address:
        pages.append(desk.get(address).json())
        address = pages[-1]["next"]
    assert [ids(page) for page in pages] == [expected[:10], expected[10:20], expected[20:]]
    assert [one["reservation"]["queue_position"] for one in pages[2]["results"]] == [21, 22, 23, 24, 25]
    back = desk.get(pages[2]["previous"]).json()
    assert ids(back) == expected[10:20]
    first = desk.get(back["previous"]).json()
    assert (ids(first), first["previous"]) == (expected[:10], None)
    assert ids(desk.get(first["next"]).json()) == expected[10:20]


@pytest.mark.parametrize("cursor", ["x", "1.2", "1.2.3.4", "--1.2.3", "٣.1.1", "1.2.3\n"])
def test_a_cursor_of_another_list_is_refused(desk, cursor) -> None:
    answer = desk.get(f"/api/v1/books/{book_with_copies(1).pk}/queue/", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


def test_highest_numbers_are_no_error(desk) -> None:
    cursor = "99999.9999999999999999.999999999999999999"
    answer = desk.get(f"/api/v1/books/{book_with_copies(1).pk}/queue/", {"cursor": cursor})
    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_a_book_that_is_not_there_has_no_queue(desk) -> None:
    assert desk.get("/api/v1/books/999999999/queue/").status_code == 404
