"""The list of books goes through indexes, at a size where the planner has a choice: first ids, then what is shown."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from books.filters import ORDERS
from books.models import Author, Authorship, Book, Copy, Genre
from library_portal.redis import client
from tests.factories.books import BookFactory, CopyFactory

LIST = "/api/v1/books/"
BOOKS = 5_000
GROW = """
INSERT INTO books_book (title, year, language, rating, loans_count, created_at, original_title, subtitle, series, cover,
    cover_url, cover_picture, description, daily_fee, ratings_count, waiting_count, queue_version, is_lendable,
    version, match_key)
SELECT 'Title ' || n, 1000 + n %% 900, 'l' || n %% 40, (n %% 50) / 10.0, n %% 30, now() - n * interval '1 minute',
    '', '', '', '', '', '', '', 0.1, 0, 0, 0, true, 1, ''
FROM generate_series(1, %s) n;
"""


@pytest.fixture(scope="module")
def shelf(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        book = BookFactory(author_names=["Rare Author"], genre_names=["Rare"], year=500, language="yo", copies=1)
        with connection.cursor() as cursor:
            cursor.execute(GROW, [BOOKS])
            ids = Book.objects.values_list("pk", flat=True)
            Authorship.objects.bulk_create(
                Authorship(book_id=each, author=book.authors.get()) for each in ids[:20] if each != book.pk
            )
            for table in ("books_book", "books_authorship", "books_book_genres", "books_copy"):
                cursor.execute(f"VACUUM ANALYZE {table}")
        yield
        for model in (Copy, Authorship, Book.genres.through, Book, Author, Genre):
            model.objects.all().delete()


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


def plans(api: APIClient, **asked: Any) -> dict[str, str]:
    """SQL → plan, of all that a list asks of the books.

    Whether sorting 5,000 rows is cheaper than a walk to the 4,000th hangs on how much of the table was vacuumed: the
    plans of deep pages are those without a scan, which is what a large catalogue gets.
    """
    with CaptureQueriesContext(connection) as queries:
        assert api.get(LIST, asked).json()["results"]
    found = {}
    with connection.cursor() as cursor:
        if asked.get("page", 1) > 1:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for query in queries:
            if 'FROM "books_book"' in query["sql"]:
                cursor.execute("EXPLAIN " + query["sql"])
                found[query["sql"]] = "\n".join(line for (line,) in cursor.fetchall())
    return found


@pytest.mark.parametrize("page", [1, 200])
@pytest.mark.parametrize("ordering", ORDERS)
def test_every_order_walks_its_index_and_looks_only_at_what_it_shows(api: APIClient, ordering: str, page: int) -> None:
    found = plans(api, ordering=ordering, page=page)
    (walk,) = [plan for sql, plan in found.items() if "LIMIT 20" in sql]
    assert re.search("Index (Only )?Scan", walk), walk
    assert "Sort" not in walk, walk
    (shown,) = [plan for sql, plan in found.items() if "daily_fee" in sql]
    assert "Seq Scan on books_book " not in shown, shown
    assert "Index Scan using books_book_pkey" in shown or "Bitmap Index Scan on books_book_pkey" in shown, shown


@pytest.mark.parametrize(
    "asked", [{"author": "Rare Author"}, {"genre": "rare"}, {"year_max": 600}, {"language": "yo"}], ids=str
)
def test_a_narrow_filter_never_reads_all_books(api: APIClient, asked: dict[str, Any]) -> None:
    for sql, plan in plans(api, **asked).items():
        assert "Seq Scan on books_book " not in plan, f"{sql}\n{plan}"


def test_the_whole_is_counted_once_until_something_changes(api: APIClient) -> None:
    def counts() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(LIST, {"page": next(pages)}).json()["count"] == Book.objects.count()
        return len([query for query in queries if "COUNT(*)" in query["sql"]]) - 1  # less the one of this test

    pages = iter(range(1, 9))
    assert [counts(), counts()] == [1, 0]
    client().flushdb()
    cache.clear()
    CopyFactory(book=Book.objects.earliest("pk"), barcode="another")
    assert counts() == 1
