"""Many join, leave and are moved at once while others ask: nobody is told a place that PostgreSQL does not give."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from books.models import Book
from library_portal.errors import PortalError
from library_portal.redis import client
from reservations import queries, services
from reservations.models import Reservation, Status
from reservations.places import sets
from reservations.places.rebuilding import snapshot
from reservations.services.queue import ORDER
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

READERS, CHANGES = 4, 12


@pytest.fixture
def book() -> Book:
    """Its only copy is out, and six wait."""
    book = book_with_copies(1)
    lent(patron(), book, timezone.now())
    for plan in ("FREE", "PLUS", "PREMIUM") * 2:
        reserved(patron(plan=plan), book, timezone.now())
    return book


def waiting(book: Book) -> Any:
    return queries.reservations().filter(book=book, status=Status.PENDING)


def in_order(book: Book) -> list[int]:
    return list(waiting(book).order_by(*ORDER).values_list("pk", flat=True))


def change(book: Book, chance: random.Random, newcomers: list[Any]) -> None:
    """Whoever was chosen may be gone by now."""
    with suppress(PortalError, IndexError):
        match chance.choice(["join", "leave", "move", "lose"]):
            case "join":
                reserved(newcomers.pop(), book, timezone.now())
            case "leave":
                services.cancel(reservation_id=chance.choice(in_order(book)), now=timezone.now())
            case "move":
                place = chance.choice(in_order(book))
                services.move(reservation_id=place, position=chance.randint(1, 3), reason="Test", now=timezone.now())
            case "lose":
                client().delete(f"queue:{book.pk}")


def wrong_answers(book: Book) -> list[Any]:
    """Rows read in one snapshot, asked of Redis, and compared with the order of the same snapshot."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        right = in_order(book)
        rows = queries.with_places(waiting(book))
    told = {row.pk: (row.queue_position, row.queue_length) for row in rows}
    expected = {pk: (place, len(right)) for place, pk in enumerate(right, 1)}
    return [] if told == expected else [(told, expected)]


def test_nobody_is_told_a_wrong_place_while_the_queue_changes(book) -> None:
    newcomers = [[patron() for _ in range(CHANGES)] for _ in range(2)]

    def change_on(number: int) -> list[Any]:
        chance = random.Random(number)
        for _ in range(CHANGES):
            change(book, chance, newcomers[number])
        return []

    def read_on(_: int) -> list[Any]:
        wrong = []
        for _ in range(CHANGES):
            queries.with_places(waiting(book))  # outside a transaction: builds the set where it is lost
            wrong += wrong_answers(book)
        return wrong

    def closed(action: Any, number: int) -> list[Any]:
        try:
            return action(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(2 + READERS) as threads:
        done = [threads.submit(closed, change_on, number) for number in range(2)]
        done += [threads.submit(closed, read_on, number) for number in range(READERS)]
        assert [one.result() for one in done] == [[]] * (2 + READERS)

    until(lambda: agrees(book), otherwise=lambda: (sets.content(book.pk), snapshot(book.pk)))


def agrees(book: Book) -> bool:
    """In the end, once somebody has asked again, the set is the queue."""
    queries.with_places(waiting(book))
    version, places = snapshot(book.pk)
    return sets.content(book.pk) == sets.expected(version=version, places=places)


def test_control_by_rank_alone_a_set_that_is_behind_would_tell_wrong_places(book, monkeypatch) -> None:
    """Shows that the version is what keeps the test above right."""
    queries.with_places(waiting(book))
    monkeypatch.setattr(sets, "change", lambda **change: None)
    services.cancel(reservation_id=in_order(book)[0], now=timezone.now())
    assert wrong_answers(book) == []
    behind = int(sets.content(book.pk)[-1].removeprefix("~"))
    Book.objects.filter(pk=book.pk).update(queue_version=behind)
    assert Reservation.objects.filter(pk__in=wrong_answers(book)[0][0]).count() == len(in_order(book))
