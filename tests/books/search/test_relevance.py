"""The right book in the first place, or among the first five, for what readers type: on real books."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from books.search.documents import BookDocument
from books.search.finding import find
from books.search.indexing import analyse_book
from books.search.mongo_store import MongoStore
from books.search.postgres_store import PostgresStore
from books.search.querying import analyse_query
from books.search.store import SearchStore, Selection
from tests.books.search.catalogues import GOODBOOKS, catalogue
from tests.books.search.relevance_cases import ALL, FIRST
from tests.books.search.relevance_further import WANTED

AMONG_THE_FIRST_FIVE = 0.95
# FerretDB reads its whole collection for each query: it gets all the cases, and of each catalogue what is wanted.
MANY = 200
OTHERS = 5


@pytest.fixture(scope="module")
def goodbooks(shared_data: Path) -> list[BookDocument]:
    return list(catalogue(shared_data / GOODBOOKS))


def fill(store: SearchStore, books: Sequence[BookDocument]) -> None:
    indexed = [analyse_book(book) for book in books]
    store.rebuild([indexed[start : start + 500] for start in range(0, len(indexed), 500)], progress=lambda done: None)


def places(store: SearchStore, cases: Mapping[str, int]) -> dict[str, int]:
    """For each query the place of the wanted book, from 1; 0 where it is not found."""
    found = {}
    for text, wanted in cases.items():
        ids = [hit.book.book_id for hit in find(store, analyse_query(text), Selection()).ranked]
        found[text] = ids.index(wanted) + 1 if wanted in ids else 0
    return found


def missed(store: SearchStore, wanted: Mapping[str, str]) -> dict[str, list[str]]:
    """Queries without the wanted title among the first five, and what came instead."""
    found = {}
    for text, title in wanted.items():
        hits = find(store, analyse_query(text), Selection()).ranked[:5]
        shown = store.documents([hit.book.book_id for hit in hits])
        titles = [shown[hit.book.book_id]["title"] for hit in hits]
        if not any(found_title.startswith(title) for found_title in titles):
            found[text] = titles
    return found


def assert_wanted(store: SearchStore, wanted: Mapping[str, str]) -> None:
    lacking = missed(store, wanted)
    assert len(lacking) <= (1 - AMONG_THE_FIRST_FIVE) * len(wanted), lacking


def assert_relevant(found: Mapping[str, int]) -> None:
    assert {text: found[text] for text in FIRST} == dict.fromkeys(FIRST, 1)
    missed = {text: place for text, place in found.items() if not 1 <= place <= 5}
    assert len(missed) <= (1 - AMONG_THE_FIRST_FIVE) * len(found), missed


@pytest.mark.django_db
def test_postgresql_finds_what_readers_mean_among_ten_thousand_books(
    postgres_store: PostgresStore, goodbooks: list[BookDocument]
) -> None:
    fill(postgres_store, goodbooks)
    assert_relevant(places(postgres_store, ALL))
    assert_wanted(postgres_store, WANTED[GOODBOOKS])


@pytest.mark.mongo
def test_mongodb_finds_the_right_book_first_among_many(mongo_store: MongoStore, goodbooks: list[BookDocument]) -> None:
    fill(mongo_store, goodbooks[:MANY])
    assert places(mongo_store, FIRST) == dict.fromkeys(FIRST, 1)


@pytest.mark.mongo
def test_mongodb_finds_what_readers_mean(mongo_store: MongoStore, goodbooks: list[BookDocument]) -> None:
    wanted = set(ALL.values())
    fill(mongo_store, [book for book in goodbooks if book.book_id in wanted])
    assert_relevant(places(mongo_store, ALL))


ELSEWHERE = [pytest.param(path, id=path.stem) for path in WANTED if path != GOODBOOKS]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ELSEWHERE)
def test_postgresql_finds_what_readers_mean_in_any_catalogue(
    postgres_store: PostgresStore, shared_data: Path, path: Path
) -> None:
    fill(postgres_store, list(catalogue(shared_data / path)))
    assert_wanted(postgres_store, WANTED[path])


@pytest.mark.mongo
@pytest.mark.parametrize("path", WANTED, ids=lambda path: path.stem)
def test_mongodb_finds_what_readers_mean_in_any_catalogue(
    mongo_store: MongoStore, shared_data: Path, path: Path
) -> None:
    """The wanted books among a few others."""
    titles = tuple(WANTED[path].values())
    books = list(catalogue(shared_data / path))
    fill(mongo_store, [*books[:OTHERS], *(book for book in books[OTHERS:] if book.title.startswith(titles))])
    assert_wanted(mongo_store, WANTED[path])
