"""Searches go on while an index is rebuilt: none fails, none misses a book."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from pymongo.database import Database

from books.search import failover
from books.search.failover import mongo_store as configured_mongo_store
from books.search.indexing import IndexedBook, analyse_book
from books.search.postgres_store import PostgresStore
from books.search.queries import search_books
from books.search.services import index_books
from books.search.store import SearchStore
from tests.books.search.factories import document

BOOKS = [document(f"Stone {number}", "Ann Author", language="en") for number in range(40)]
SEARCHERS = 3
REBUILDS = 2

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def searching() -> Iterator[list[Any]]:
    """Threads that search again and again; yields what was not as it should be."""
    over, wrong, searched = threading.Event(), [], threading.Semaphore(0)

    def search() -> None:
        try:
            while not over.is_set():
                found = search_books(text="stone", page_size=50, facets=True)
                got = (found.total, len(found.hits), found.degraded)
                if got != (len(BOOKS), len(BOOKS), False):
                    wrong.append(got)
                searched.release()
        except BaseException as error:
            wrong.append(error)
            searched.release()
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=search) for _ in range(SEARCHERS)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(SEARCHERS):
            assert searched.acquire(timeout=60)
        yield wrong
        for _ in range(SEARCHERS):
            assert searched.acquire(timeout=60)
    finally:
        over.set()
        for thread in threads:
            thread.join()


def batches(pause: Callable[[], None] = lambda: None) -> Iterator[list[IndexedBook]]:
    for start in range(0, len(BOOKS), 10):
        pause()
        yield [analyse_book(book) for book in BOOKS[start : start + 10]]


def rebuild_beside_searches(store: SearchStore) -> None:
    with searching() as wrong:
        for _ in range(REBUILDS):
            store.rebuild(batches(), progress=lambda done: None)
    assert wrong == []


def test_postgresql_goes_on_answering() -> None:
    index_books(BOOKS)
    rebuild_beside_searches(PostgresStore())


@pytest.fixture
def mongodb(settings: Any, mongo_database: Database[dict[str, Any]]) -> Iterator[SearchStore]:
    failover.absence.end()
    host, port = mongo_database.client.address or ("", 0)
    settings.MONGO_URL = f"mongodb://{host}:{port}/{mongo_database.name}"
    settings.MONGO_TIMEOUT_MS, settings.MONGO_SOCKET_TIMEOUT_MS = 30_000, 60_000
    store = configured_mongo_store()
    assert store is not None
    store.rebuild(batches(), progress=lambda done: None)
    yield store
    failover.absence.end()


@pytest.mark.mongo
def test_mongodb_goes_on_answering(mongodb: SearchStore) -> None:
    index_books(BOOKS)
    rebuild_beside_searches(mongodb)


class Killed(Exception):
    pass


def kill_after(count: int) -> Callable[[], None]:
    left = [count]

    def pause() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    return pause


def test_a_rebuild_that_was_killed_hides_nothing_and_can_be_run_again() -> None:
    index_books(BOOKS)
    with searching() as wrong:
        with pytest.raises(Killed):
            PostgresStore().rebuild(batches(kill_after(2)), progress=lambda done: None)
        PostgresStore().rebuild(batches(), progress=lambda done: None)
    assert wrong == []
