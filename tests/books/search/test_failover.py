"""Which store answers."""

import socket
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import PyMongoError

from books.search import failover
from books.search.mongo_store import MongoStore
from books.search.queries import search_books
from books.search.services import forget_books, index_books
from books.search.store import SearchStore, Selection
from tests.books.search.factories import document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> Any:
    failover.absence.end()
    yield
    failover.absence.end()


@pytest.fixture
def nobody_there(settings: Any) -> Any:
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.MONGO_URL = f"mongodb://127.0.0.1:{free.getsockname()[1]}/library"
        settings.MONGO_TIMEOUT_MS = 100
        yield


@pytest.fixture
def mongo_is_there(settings: Any, mongo_database: Database[dict[str, Any]]) -> None:
    host, port = mongo_database.client.address or ("", 0)
    settings.MONGO_URL = f"mongodb://{host}:{port}/{mongo_database.name}"


def test_without_mongodb_postgresql_answers_and_nothing_is_degraded() -> None:
    index_books([document("Emma")])
    result = search_books(text="emma")
    assert (len(result.hits), result.store, result.degraded) == (1, "postgresql", False)


def test_while_mongodb_is_away_postgresql_answers_and_says_so(nobody_there: None) -> None:
    with pytest.raises(PyMongoError):
        index_books([document("Emma")])
    result = search_books(text="emma")
    assert ([hit.document.title for hit in result.hits], result.store, result.degraded) == (
        ["Emma"],
        "postgresql",
        True,
    )


def test_an_absent_mongodb_is_not_asked_again_at_once(nobody_there: None, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        assert search_books(text="emma").degraded
    assert len([record for record in caplog.records if "PostgreSQL searches" in record.message]) == 1


def test_a_deletion_reaches_postgresql_though_mongodb_is_away(nobody_there: None) -> None:
    book = document("Emma")
    with pytest.raises(PyMongoError):
        index_books([book])
    with pytest.raises(PyMongoError):
        forget_books([book.book_id], version=2)
    assert search_books(text="emma").hits == []


@pytest.mark.mongo
def test_mongodb_answers_where_it_is_built(mongo_is_there: None, mongo_store: MongoStore) -> None:
    index_books([document("Emma")])
    result = search_books(text="emma")
    assert ([hit.document.title for hit in result.hits], result.store, result.degraded) == (["Emma"], "mongodb", False)


@pytest.mark.mongo
def test_until_the_mongodb_index_is_built_postgresql_answers(mongo_is_there: None) -> None:
    index_books([document("Emma")])
    result = search_books(text="emma")
    assert (len(result.hits), result.store, result.degraded) == (1, "postgresql", True)


@pytest.mark.mongo
def test_mongodb_answers_again_once_it_is_back(
    mongo_is_there: None, mongo_store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    failover.absence.begin()
    assert search_books().store == "postgresql"
    monkeypatch.setattr(failover, "LONGEST_AWAY_SECONDS", 0.0)
    failover.absence.begin()
    assert search_books().store == "mongodb"


@pytest.mark.mongo
def test_a_search_that_takes_mongodb_too_long_is_answered_by_postgresql(
    mongo_is_there: None, mongo_store: MongoStore, settings: Any
) -> None:
    settings.SEARCH_TIMEOUT_SECONDS = 0.2

    def ask_without_end(store: SearchStore) -> int:
        while store.name == "mongodb":
            store.count(Selection())
        return store.count(Selection())

    assert failover.ask(ask_without_end) == (0, "postgresql", True)
