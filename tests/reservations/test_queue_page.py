"""A book's queue in the admin: who waits and why not yet; staff move and remove, with a reason."""

from datetime import timedelta

import pytest
from django.test import Client

from books.models import Book
from library_portal.audit.models import AuditEntry
from reservations import services
from reservations.models import Reservation, Status
from reservations.services.queue import ORDER
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import librarian, patron
from tests.factories.queues import line_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(librarian())
    return client


@pytest.fixture
def book(now) -> Book:
    """Its only copy is out."""
    book = book_with_copies(1)
    lent(patron(), book, now)
    return book


@pytest.fixture
def places(book, now) -> list[Reservation]:
    """The second is poor, the third has paused."""
    readers = [patron(username="first"), patron(username="poor", balance="0"), patron(username="away")]
    places = [reserved(reader, book, now + timedelta(minutes=n)) for n, reader in enumerate(readers)]
    services.pause(reservation_id=places[2].pk, until=now.date() + timedelta(days=300), now=now)
    return places


def address(book: Book) -> str:
    return f"/admin/reservations/reservation/queue/{book.pk}/"


def queue() -> list[int]:
    return list(Reservation.objects.filter(status=Status.PENDING).order_by(*ORDER).values_list("pk", flat=True))


def test_everybody_is_there_in_order_with_what_keeps_them(desk, book, places, now) -> None:
    services.return_copy(reservation_id=Reservation.objects.get(status="active").pk, now=now)
    services.cancel(reservation_id=places[0].pk, now=now)
    page = desk.get(address(book))
    rows = [
        (number, waiter.reservation.pk, waiter.is_paused, str(told)) for number, waiter, told in page.context["rows"]
    ]
    assert rows == [
        (1, places[1].pk, False, "not enough money in the wallet"),
        (2, places[2].pk, True, "None"),
    ]
    refusals = [waiter.refusal for _number, waiter, _told in page.context["rows"]]
    assert [getattr(refusal, "code", None) for refusal in refusals] == ["insufficient_funds", None]
    assert "No: Not enough money in the wallet" in page.content.decode()  # in words about the reader, not to them


@pytest.mark.parametrize(
    ("act", "place", "expected"),
    [
        ({"act": "up"}, 1, [1, 0, 2]),
        ({"act": "down"}, 0, [1, 0, 2]),
        ({"act": "to", "position": 1}, 2, [2, 0, 1]),
        ({"act": "remove"}, 0, [1, 2]),
    ],
)
def test_staff_move_and_remove_and_it_is_written_down(desk, book, places, act, place, expected) -> None:
    answer = desk.post(address(book), {**act, "reservation": places[place].pk, "reason": "A course begins"})
    assert (answer.status_code, answer["Location"]) == (302, address(book))
    assert queue() == [places[number].pk for number in expected]
    entry = AuditEntry.objects.filter(action="reservation_changed").latest("pk")
    assert (entry.whom_id, entry.details["reason"]) == (places[place].user_id, "A course begins")


def test_what_was_moved_goes_back(desk, book, places) -> None:
    before = queue()
    for act in ("up", "back"):
        desk.post(address(book), {"act": act, "reservation": places[1].pk, "reason": "A mistake"})
    assert queue() == before
    assert not Reservation.objects.filter(is_moved=True).exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"act": "up", "reason": " "}, "Please say why"),
        ({"act": "to", "position": 9, "reason": "Why"}, "places 1 to 3"),
        ({"act": "to", "reason": "Why"}, "places 1 to 3"),
        ({"act": "burn", "reason": "Why"}, "burn"),
        ({"act": "remove", "reason": "Why", "reservation": 10**12}, "does not wait here any more"),
    ],
)
def test_what_can_not_be_done_is_told_and_changes_nothing(desk, book, places, wrong, told) -> None:
    before = queue()
    page = desk.post(address(book), {"reservation": places[2].pk, **wrong}, follow=True)
    assert told in "".join(str(message) for message in page.context["messages"])
    assert queue() == before


def test_places_of_another_queue_are_not_touched_from_here(desk, places, now) -> None:
    before = queue()
    desk.post(address(book_with_copies(1)), {"act": "remove", "reservation": places[0].pk, "reason": "Why"})
    assert queue() == before


def test_a_long_queue_comes_in_pages_of_as_many_queries(desk, now, django_assert_max_num_queries) -> None:
    book = book_with_copies(0)
    line_of(book, 120, now=now)
    with django_assert_max_num_queries(25):
        pages = [desk.get(address(book), {"p": number}).context["rows"] for number in (3,)]
    assert [number for number, _waiter, _told in pages[0]] == list(range(101, 121))
    assert [waiter.reservation.pk for _number, waiter, _told in pages[0]] == queue()[100:]


def test_an_empty_queue_says_so_and_a_book_that_is_not_there_is_not_found(desk) -> None:
    assert "Nobody waits for this book" in desk.get(address(book_with_copies(1))).content.decode()
    assert desk.get("/admin/reservations/reservation/queue/999999999/").status_code == 404


def test_the_reservation_and_the_book_lead_to_it(desk, book, places) -> None:
    for page in (
        f"/admin/reservations/reservation/{places[0].pk}/change/",
        "/admin/reservations/reservation/",
        f"/admin/books/book/{book.pk}/change/",
    ):
        assert address(book) in desk.get(page).content.decode()
