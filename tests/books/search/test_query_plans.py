"""PostgreSQL answers every search out of its indexes, at a size where the planner has a choice."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from books.search.documents import Named
from books.search.indexing import analyse_book
from books.search.models import BookSearchEntry
from books.search.postgres_store import PostgresStore
from books.search.queries import matching_ids, search_books, suggest
from books.search.querying import Filters
from tests.books.search.factories import document

SEARCHES: dict[str, dict[str, Any]] = {
    "a common word": {"text": "the"},
    "one letter": {"text": "s"},
    "a beginning": {"text": "sto"},
    "several words": {"text": "the stone 7"},
    "a misspelling": {"text": "the stome"},
    "words that fit nothing": {"text": "xyzzy plugh quux"},
    "an isbn": {"text": "9780439554930"},
    "browsing": {},
    "browsing by title": {"sort": "title"},
    "browsing the newest": {"sort": "newest"},
    "browsing what is available": {"filters": Filters(status="available")},
    "every filter": {
        "filters": Filters(
            author="Ann Author", genre=3, publisher=4, language="en", cover="hard", status="borrowed", year_min=1990
        )
    },
    "years": {"filters": Filters(year_max=-500)},
    "a decade": {"filters": Filters(year_min=1950, year_max=1959)},
    "a query with filters and a sort": {"text": "stone", "filters": Filters(author="Ann Author"), "sort": "title"},
    "a query by date": {"text": "the", "sort": "newest"},
    "a page far down": {"text": "the", "page": 200},
    "a page far down by title": {"sort": "title", "page": 250},
    "facets of a query": {"text": "stone", "facets": True},
    "facets of everything": {"facets": True},
    "facets of a misspelling": {"text": "stome", "facets": True},
}
GROWN = """
INSERT INTO books_booksearchentry ({columns}, book_id)
SELECT {columns}, book_id + 1000 * round FROM books_booksearchentry, generate_series(1, 49) round
"""


@pytest.fixture(scope="module")
def shelf(django_db_setup: None, django_db_blocker: Any) -> Any:
    """5,000 entries: a hundred, fifty times."""
    books = [
        document(
            f"The Stone {number}" if number % 2 else f"Of Sand {number}",
            "Ann Author" if number % 9 == 0 else f"Writer {number}",
            book_id=number + 1,
            language="en",
            genres=(Named(number % 5, f"Genre {number % 5}"),),
            publisher=Named(number % 7, f"Publisher {number % 7}"),
            year=1900 + number,
            cover="hard",
            status=("available", "borrowed")[number % 2],
            popularity=number,
        )
        for number in range(100)
    ]
    columns = ", ".join(field.name for field in BookSearchEntry._meta.concrete_fields if field.name != "book_id")
    with django_db_blocker.unblock():
        PostgresStore().rebuild([[analyse_book(book) for book in books]], progress=lambda done: None)
        with connection.cursor() as cursor:
            cursor.execute(GROWN.format(columns=columns))
            cursor.execute("VACUUM ANALYZE books_booksearchentry")
        yield
        BookSearchEntry.objects.all().delete()


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


def plans(queries: CaptureQueriesContext) -> list[str]:
    asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert asked
    found = []
    with PostgresStore().without_scans(), connection.cursor() as cursor:
        for sql in asked:
            cursor.execute("EXPLAIN " + sql)
            found.append("\n".join([sql, *(line for (line,) in cursor.fetchall())]))
    return found


@pytest.mark.parametrize("asked", SEARCHES.values(), ids=SEARCHES.keys())
def test_no_search_reads_the_whole_table(asked: dict[str, Any]) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = search_books(**asked)
        if found.next:
            search_books(**asked | {"page": 1, "cursor": found.next})
        if "text" in asked:
            suggest(text=asked["text"])
            matching_ids(text=asked["text"], filters=asked.get("filters", Filters()))
    assert [plan for plan in plans(queries) if "Seq Scan" in plan] == []


@pytest.mark.parametrize("sort", ["popular", "newest", "title"])
def test_a_cursor_begins_in_the_index_where_the_last_page_ended(sort: Any) -> None:
    deep = search_books(sort=sort, page=200, page_size=20)
    with CaptureQueriesContext(connection) as queries:
        search_books(sort=sort, page_size=20, cursor=deep.next or "")
        search_books(sort=sort, page_size=20, cursor=deep.previous or "")
    seeks = [plan for plan in plans(queries) if "ORDER BY" in plan and "OFFSET 0" in plan]
    assert len(seeks) == 2
    for plan in seeks:
        assert re.search(r"Index Scan (Backward )?using search_(popular|newest|by_title)", plan), plan
        assert "Index Cond: " in plan, plan
        assert "Sort" not in plan, plan


def test_a_common_word_is_found_by_walking_the_most_popular() -> None:
    with CaptureQueriesContext(connection) as queries:
        search_books(text="the")
    assert any("using search_popular" in plan for plan in plans(queries))


def test_a_rare_word_is_found_by_its_index() -> None:
    with CaptureQueriesContext(connection) as queries:
        search_books(text="writer 17")
    assert all("Bitmap Index Scan on search_" in plan for plan in plans(queries) if "prefixes" in plan)
