"""What to buy: books that many wait for, wanted ones that nobody can have, and which are lent for a shorter time."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Role
from books.models import Book, Copy
from reservations import services
from reservations.purchases import lent_shorter, sought_after, with_waits
from tests.factories.lending import book_with_copies
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db
PURCHASES = "/admin/reservations/purchasesuggestion/"


@pytest.fixture(autouse=True)
def thresholds(settings) -> None:
    settings.PURCHASE_WAITING_PER_COPY, settings.SHORT_LOAN_WAITING_PER_COPY = 3, 5


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(person(Role.LIBRARIAN))
    return client


def wanted(title: str, *, copies: int, waiting: int, away: int = 0, price: str | None = None) -> Book:
    book = book_with_copies(copies + away, title=title, price=price)
    gone = book.copies.order_by("pk").values("pk")[:away]
    Copy.objects.filter(pk__in=gone).update(status=Copy.Status.UNAVAILABLE, reason=Copy.Reason.LOST)
    Book.objects.filter(pk=book.pk).update(waiting_count=waiting)
    return book


def told(limit: int = 10) -> list[tuple]:
    return [
        (one.book.title, one.waiting, one.copies, one.away, one.waiting_per_copy)
        for one in with_waits(sought_after()[:limit])
    ]


def test_books_with_enough_waiting_for_each_copy_the_most_wanted_first() -> None:
    wanted("Two each", copies=2, waiting=4)
    wanted("Three each", copies=2, waiting=6, away=1)
    wanted("Nine", copies=1, waiting=9)
    wanted("Nobody", copies=1, waiting=0)
    assert told() == [("Nine", 9, 1, 0, 9.0), ("Three each", 6, 2, 1, 3.0)]
    assert told(limit=1) == [("Nine", 9, 1, 0, 9.0)]


def test_what_one_reader_waits_for_in_vain_is_among_them() -> None:
    wanted("All lost", copies=0, waiting=1, away=2)
    wanted("Never bought", copies=0, waiting=1)
    assert sorted(told()) == [("All lost", 1, 0, 2, 1.0), ("Never bought", 1, 0, 0, 1.0)]
    assert [one.estimate for one in with_waits(sought_after()[:2])] == [None, None]


def test_a_withdrawn_book_is_not_bought_again(now) -> None:
    Book.objects.filter(pk=wanted("Gone", copies=1, waiting=9).pk).update(withdrawn_at=now)
    assert told() == []


def test_it_follows_the_queue_and_the_copies(now) -> None:
    book = book_with_copies(1, title="Emma")
    people = [patron() for _ in range(4)]
    for reader in people:
        services.reserve(user_id=reader.pk, book_id=book.pk, days=None, join_queue=True, now=now)
    assert told() == [("Emma", 3, 1, 0, 3.0)]
    Copy.objects.create(book=book, barcode="second")
    assert told() == []


def test_which_are_lent_shorter_is_what_the_next_hold_gets(now) -> None:
    book = book_with_copies(1, title="Emma")
    seen = []
    for _reader in range(7):
        services.reserve(user_id=patron().pk, book_id=book.pk, days=None, join_queue=True, now=now)
        seen.append([one.book.title for one in lent_shorter()])
    assert seen == [[]] * 6 + [["Emma"]]
    [suggestion] = with_waits(sought_after()[:5])
    assert suggestion.is_lent_shorter


def test_without_shorter_loans_none_is_called_so(settings) -> None:
    settings.SHORT_LOAN_WAITING_PER_COPY = 0
    wanted("Nine", copies=1, waiting=9)
    assert [one.is_lent_shorter for one in with_waits(sought_after()[:5])] == [False]
    assert list(lent_shorter()) == []


def test_librarians_see_the_list_with_the_wait_and_the_price_in_few_queries(
    desk, django_assert_max_num_queries
) -> None:
    for number in range(20):
        wanted(f"Book {number}", copies=1, waiting=3)
    wanted("Wanted most", copies=1, waiting=20, price="12.50")
    with django_assert_max_num_queries(12):
        page = desk.get(PURCHASES)
    first = page.context["cl"].result_list[0]
    text = page.content.decode()
    assert (first.book.title, len(page.context["cl"].result_list)) == ("Wanted most", 21)
    assert [word for word in ("140 days", "$12.50", "20.0") if word not in text] == []
    assert [row.book.title for row in desk.get(PURCHASES, {"short": "yes"}).context["cl"].result_list] == [
        "Wanted most"
    ]
    assert "Purchase suggestions" in desk.get("/admin/").content.decode()


def test_the_list_is_taken_out_as_csv_and_no_title_is_a_formula(desk) -> None:
    book = wanted("=SUM(A1)", copies=1, waiting=4, price="5")
    answer = desk.get(f"{PURCHASES}export/")
    assert answer["Content-Disposition"] == 'attachment; filename="purchases.csv"'
    header, row = csv.reader(io.StringIO(answer.getvalue().decode()))
    assert dict(zip(header, row, strict=True)) == {
        "book_id": str(book.pk), "title": "'=SUM(A1)", "isbn": "", "waiting": "4", "copies": "1", "away": "0",
        "waiting_per_copy": "4.00", "wait_days": "28", "price": "5.00",
    }  # fmt: skip


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AUTHOR])
def test_patrons_see_neither(role: str, client) -> None:
    client.force_login(person(role))
    for address in (PURCHASES, f"{PURCHASES}export/"):
        assert client.get(address)["Location"].startswith("/admin/login/"), address


def test_only_books_that_are_waited_for_are_read() -> None:
    Book.objects.bulk_create(Book(title=f"Book {number}") for number in range(3_000))
    wanted("Wanted", copies=1, waiting=9)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE books_book")
        cursor.execute("EXPLAIN SELECT * FROM reservations_purchasesuggestion WHERE waiting_per_copy >= 3")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "book_waited_for" in plan
    assert "Seq Scan on books_book" not in plan
