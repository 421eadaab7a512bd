"""The list of reservations: its filters, who sees what, and that none of them reads the whole table."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from books.models import Copy
from reservations.models import Reservation, Status
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import librarian, patron
from tests.factories.tokens import api_of

pytestmark = pytest.mark.django_db

RESERVATIONS = "/api/v1/reservations/"
MOST_READ = 1500  # of 6,090


def ids(client: Any, query: str) -> list[int]:
    answer = client.get(f"{RESERVATIONS}?{query}")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_each_filter_finds_its_own_for_librarians_and_among_ones_own_for_patrons() -> None:
    now = timezone.now()
    reader, other, book = patron(plan="PREMIUM"), patron(), book_with_copies(1)
    late = lent(reader, book_with_copies(1), now - timedelta(days=9), days=7)
    ready = reserved(other, book, now)
    place = reserved(patron(), book, now)
    desk, mine, stranger = api_of(librarian()), api_of(reader), api_of(patron())
    found = {
        "": [place, ready, late],
        "status=ready": [ready],
        "status=active&status=pending": [place, late],
        f"book={book.pk}": [place, ready],
        f"user={reader.pk}": [late],
        f"user_id={other.pk}&status=ready": [ready],
        "overdue=true": [late],
        "overdue=false": [place, ready],
    }
    assert {query: ids(desk, query) for query in found} == {
        query: [one.pk for one in rows] for query, rows in found.items()
    }
    own = {query: [late.pk] if late in rows else [] for query, rows in found.items()}
    assert {query: ids(mine, query) for query in found} == own
    assert {query: ids(stranger, query) for query in found} == {query: [] for query in found}


@pytest.mark.parametrize("query", ["status=lent", "book=x", "user=0", "user_id=-1"])
def test_what_no_filter_knows_is_refused(query: str) -> None:
    answer = api_of(librarian()).get(f"{RESERVATIONS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


@pytest.fixture
def many() -> Reservation:
    """A library of some years: 6,000 reservations that have ended, 90 loans of which a tenth is overdue."""
    readers, books = [patron() for _ in range(30)], [book_with_copies(3) for _ in range(30)]
    copies = Copy.objects.select_related("book").order_by("pk")
    Reservation.objects.bulk_create(
        Reservation(
            user=readers[number % 30],
            book=books[number // 7 % 30],
            days=7,
            status=Status.CANCELLED,
            closed_at=timezone.now(),
        )
        for number in range(6_000)
    )
    Reservation.objects.bulk_create(
        a_loan(readers[number % 30], copy, is_overdue=number % 10 == 0) for number, copy in enumerate(copies)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reservations_reservation")
    return Reservation.objects.filter(status=Status.ACTIVE).latest("pk")


def a_loan(reader: User, copy: Copy, *, is_overdue: bool) -> Reservation:
    now, today = timezone.now(), timezone.localdate()
    return Reservation(
        user=reader,
        book=copy.book,
        copy=copy,
        days=7,
        status=Status.ACTIVE,
        price=0,
        ready_at=now,
        hold_until=now,
        starts_on=today - timedelta(days=9),
        due_on=today + timedelta(days=-2 if is_overdue else 2),
    )


FILTERS = [
    "", "status=active", "status=active&status=ready", "status=cancelled", "book={book}", "user={user}",
    "user={user}&status=active", "book={book}&status=active", "overdue=true", "overdue=false",
    "overdue=true&user={user}", "overdue=false&status=active",
]  # fmt: skip


def test_no_list_and_no_further_page_of_it_reads_the_whole_table(many: Reservation, subtests: pytest.Subtests) -> None:
    callers = {"librarian": api_of(librarian()), "patron": api_of(many.user)}
    for who, client in callers.items():
        for query in FILTERS:
            first = f"{RESERVATIONS}?page_size=5&{query.format(book=many.book_id, user=many.user_id)}"
            with subtests.test(f"{who} {query}"):
                pages = list(pages_of(client, first))
                assert pages
                assert [read for read in pages if read > MOST_READ] == []


def pages_of(client: Any, address: str, most: int = 3) -> Iterator[int]:
    """How many rows of reservations PostgreSQL reads for each of the first pages."""
    for _page in range(most):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        assert answer.status_code == 200
        [statement] = [one["sql"] for one in asked if is_the_list(one["sql"])]
        yield rows_read(statement)
        address = answer.json()["next"]
        if address is None:
            return


def is_the_list(statement: str) -> bool:
    return 'FROM "reservations_reservation"' in statement and "LIMIT" in statement


def rows_read(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}")
        [[plan]] = cursor.fetchone()
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes(plan["Plan"])
        if node.get("Relation Name") == "reservations_reservation"
    )


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)
