"""64 patrons want the last 3 copies at the same instant, over HTTP (rules.md: nothing oversold, nobody overtaken)."""

import json
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

import books.services
from books.models import Book, Copy
from reservations.models import Reservation, Status
from reservations.queries import reservations, with_places
from subscriptions.models import LedgerEntry, Wallet
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db(transaction=True)

PATRONS, COPIES = 64, 3


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


def post(url: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return Answer(response.status, json.load(response))
    except urllib.error.HTTPError as error:
        return Answer(error.code, json.loads(error.read() or b"null"))


def all_at_once(calls: list[Callable[[], Answer]]) -> list[Answer]:
    """Every call in a thread of its own, let go together."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


@dataclass(frozen=True)
class Storm:
    url: str
    book: Book
    headers: list[dict[str, str]]

    def reserve(self) -> list[Answer]:
        body = {"book": self.book.pk, "days": 7}
        return all_at_once(
            [
                lambda headers=headers: post(f"{self.url}/api/v1/reservations/", headers, body)
                for headers in self.headers
            ]
        )


@pytest.fixture
def storm(live_server) -> Storm:
    book = book_with_copies(COPIES)
    readers = [patron(balance="5.00") for _ in range(PATRONS)]
    return Storm(live_server.url, book, [bearer(reader) for reader in readers])


def places(book: Book) -> list[int]:
    waiting = with_places(reservations().filter(book=book, status=Status.PENDING))
    return sorted(place.queue_position for place in waiting)


def charges() -> list[Decimal]:
    return list(LedgerEntry.objects.filter(kind="reservation").values_list("amount", flat=True))


def balances_that_differ_from_their_ledger() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM subscriptions_wallet w WHERE balance <> "
            "(SELECT coalesce(sum(amount), 0) FROM subscriptions_ledgerentry e WHERE e.wallet_id = w.id)"
        )
        return cursor.fetchone()[0]


def test_three_get_a_copy_and_61_wait_without_gaps(storm: Storm) -> None:
    answers = storm.reserve()
    assert Counter((answer.status, answer.body.get("status")) for answer in answers) == {
        (201, "ready"): COPIES,
        (201, "pending"): PATRONS - COPIES,
    }
    assert places(storm.book) == list(range(1, PATRONS - COPIES + 1))
    assert charges() == [Decimal("-0.70")] * COPIES
    assert Copy.objects.filter(book=storm.book, status="held").count() == COPIES
    assert balances_that_differ_from_their_ledger() == 0


def test_three_returns_at_once_serve_the_next_three_in_order(storm: Storm) -> None:
    storm.reserve()
    headers_of = {
        reservation.user_id: headers
        for reservation, headers in zip(
            Reservation.objects.order_by("user_id"), storm.headers, strict=True
        )  # patrons were made in the order of their ids
    }
    holders = list(Reservation.objects.filter(status=Status.READY))
    waiting = with_places(reservations().filter(status=Status.PENDING))
    next_three = [place.pk for place in waiting if place.queue_position <= COPIES]

    def act(action: str) -> list[Answer]:
        return all_at_once(
            [
                lambda one=one: post(f"{storm.url}/api/v1/reservations/{one.pk}/{action}/", headers_of[one.user_id], {})
                for one in holders
            ]
        )

    assert [answer.status for answer in act("checkout")] == [200] * COPIES
    assert [answer.status for answer in act("return")] == [200] * COPIES
    ready = Reservation.objects.filter(status=Status.READY).values_list("pk", flat=True)
    assert sorted(ready) == sorted(next_three)
    assert places(storm.book) == list(range(1, PATRONS - 2 * COPIES + 1))
    assert charges() == [Decimal("-0.70")] * (2 * COPIES)
    assert Wallet.objects.filter(balance=Decimal("4.30")).count() == COPIES
    assert balances_that_differ_from_their_ledger() == 0


def test_control_without_the_lock_the_storm_does_damage(storm: Storm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the two tests above would notice a missing lock: all read the shelf before any has taken from it."""
    everybody_has_read = threading.Barrier(PATRONS)
    first_free_copy = books.services.first_free_copy

    def read_the_shelf_together(book_id: int) -> Copy | None:
        copy = first_free_copy(book_id=book_id)
        with suppress(threading.BrokenBarrierError):  # a second look, after the storm has broken up
            everybody_has_read.wait(timeout=10)
        return copy

    monkeypatch.setattr(books.services, "lock_book", lambda book_id: Book.objects.get(pk=book_id))
    monkeypatch.setattr(books.services, "first_free_copy", read_the_shelf_together)
    answers = storm.reserve()
    assert Counter(answer.status for answer in answers)[201] < PATRONS
