"""Both stores, empty, for the tests of what they must do alike."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from books.search.documents import BookDocument
from books.search.finding import find
from books.search.indexing import analyse_book
from books.search.mongo_store import MongoStore
from books.search.postgres_store import PostgresStore
from books.search.querying import analyse_query
from books.search.store import Candidate, SearchStore, Selection

STORES = [
    pytest.param("postgres_store", id="postgresql", marks=pytest.mark.django_db),
    pytest.param("mongo_store", id="mongodb", marks=pytest.mark.mongo),
]


@pytest.fixture
def postgres_store(db: None) -> PostgresStore:
    return PostgresStore()


@pytest.fixture(scope="session")
def mongo_server() -> Iterator[MongoClient[dict[str, Any]]]:
    """Patient: FerretDB reads the whole collection for each query."""
    with MongoClient[dict[str, Any]](os.environ["TEST_MONGO_URL"], tz_aware=True, socketTimeoutMS=300_000) as client:
        yield client


@pytest.fixture
def mongo_database(mongo_server: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    name = f"search_tests_{os.getpid()}"
    mongo_server.drop_database(name)
    yield mongo_server[name]
    mongo_server.drop_database(name)


@pytest.fixture
def mongo_store(mongo_database: Database[dict[str, Any]]) -> MongoStore:
    store = MongoStore(mongo_database)
    store.rebuild([], progress=lambda done: None)
    return store


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> SearchStore:
    return request.getfixturevalue(request.param)


Keep = Callable[..., None]


@pytest.fixture
def keep(store: SearchStore) -> Keep:
    def keep(*books: BookDocument) -> None:
        store.upsert([analyse_book(book) for book in books])

    return keep


def titles(store: SearchStore, text: str, selection: Selection = Selection()) -> list[str]:  # noqa: B008
    """What a reader gets for the text, best first."""
    query = analyse_query(text)
    return titles_of(store, [hit.book for hit in find(store, query, selection).ranked])


def popular_titles(store: SearchStore, selection: Selection = Selection(), **place: Any) -> Sequence[str]:  # noqa: B008
    return titles_of(store, store.fetch(selection, **({"limit": 100} | place)))


def titles_of(store: SearchStore, books: Sequence[Candidate]) -> list[str]:
    documents = store.documents([book.book_id for book in books])
    return [documents[book.book_id]["title"] for book in books]
