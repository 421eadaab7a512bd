"""PostgreSQL answers every search out of its indexes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from books.search.indexing import analyse_book
from books.search.postgres_store import PostgresStore
from books.search.queries import search_books, suggest
from books.search.querying import Filters
from tests.books.search.factories import document

pytestmark = pytest.mark.django_db

SEARCHES = {
    "a common word": {"text": "the"},
    "a beginning": {"text": "sto"},
    "several words": {"text": "the stone 7"},
    "a misspelling": {"text": "the stome"},
    "words that fit nothing": {"text": "xyzzy plugh quux"},
    "an isbn": {"text": "9780439554930"},
    "browsing": {},
    "browsing by title": {"sort": "title"},
    "browsing the newest": {"sort": "newest"},
    "filters": {"filters": Filters(author="Ann Author", language="en", year_min=1990, year_max=2000)},
    "years": {"filters": Filters(year_max=-500)},
    "a query with filters and a sort": {"text": "stone", "filters": Filters(author="Ann Author"), "sort": "title"},
    "facets of a query": {"text": "stone", "facets": True},
    "facets of everything": {"facets": True},
    "facets of a misspelling": {"text": "stome", "facets": True},
}


def plan(sql: str) -> str:
    with PostgresStore().without_scans(), connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("asked", SEARCHES.values(), ids=SEARCHES.keys())
def test_no_search_reads_the_whole_table(asked: dict) -> None:  # type: ignore[type-arg]
    books = [document(f"The Stone {number}", "Ann Author", language="en", year=1900 + number) for number in range(90)]
    PostgresStore().rebuild([[analyse_book(book) for book in books]], progress=lambda done: None)
    with CaptureQueriesContext(connection) as queries:
        search_books(**asked)
        if "text" in asked:
            suggest(text=asked["text"])
    plans = [plan(query["sql"]) for query in queries if query["sql"].startswith("SELECT")]
    assert plans
    assert [each for each in plans if "Seq Scan" in each] == []
