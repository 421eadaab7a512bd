"""How the MongoDB store swaps its collections."""

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo.database import Database

from books.search.indexing import IndexedBook, analyse_book
from books.search.mongo_store import MongoStore, NotBuilt, RebuildOvertaken
from books.search.store import Selection
from tests.books.search.conftest import popular_titles
from tests.books.search.factories import document

pytestmark = pytest.mark.mongo


def rebuild(store: MongoStore, *titles: str) -> None:
    store.rebuild([[analyse_book(document(title)) for title in titles]], progress=lambda done: None)


def test_a_store_that_was_never_built_does_not_answer(mongo_database: Database[dict[str, Any]]) -> None:
    store = MongoStore(mongo_database)
    store.upsert([analyse_book(document("Emma"))])
    with pytest.raises(NotBuilt):
        store.count(Selection())


def test_the_collection_before_last_is_dropped(
    mongo_store: MongoStore, mongo_database: Database[dict[str, Any]]
) -> None:
    for title in ("First", "Second", "Third"):
        rebuild(mongo_store, title)
    built = [name for name in mongo_database.list_collection_names() if name.startswith("book_search_built_")]
    assert len(built) == 2
    assert popular_titles(mongo_store) == ["Third"]


def test_a_rebuild_that_another_overtook_does_not_answer(mongo_store: MongoStore) -> None:
    def batches() -> Iterator[list[IndexedBook]]:
        rebuild(mongo_store, "Overtaking")
        yield [analyse_book(document("Overtaken"))]

    with pytest.raises(RebuildOvertaken):
        mongo_store.rebuild(batches(), progress=lambda done: None)
    assert popular_titles(mongo_store) == ["Overtaking"]


def test_a_rebuild_that_broke_off_leaves_the_old_index_answering(mongo_store: MongoStore) -> None:
    rebuild(mongo_store, "Old")

    def batches() -> Iterator[list[IndexedBook]]:
        yield [analyse_book(document("Half"))]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        mongo_store.rebuild(batches(), progress=lambda done: None)
    assert popular_titles(mongo_store) == ["Old"]
    rebuild(mongo_store, "Whole")
    assert popular_titles(mongo_store) == ["Whole"]
