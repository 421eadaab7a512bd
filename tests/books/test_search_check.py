"""`search_check` compares the index with the catalogue, and mends it (docs/search.md)."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pymongo import MongoClient

from books.models import Book
from books.search.models import BookSearchEntry
from books.search.queries import search_books
from books.search.services import stores
from books.services import checking
from books.services.indexing import index_books
from library_portal import mongo
from tests.factories.books import BookFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> list[int]:
    """Seven books, all in the index."""
    ids = [BookFactory(title=f"Volume {number}", copies=1).pk for number in range(7)]
    index_books(dict.fromkeys(ids, 5))
    return ids


def spoil(ids: list[int]) -> None:
    """The first is missing, the second stale, the third wrong, the fourth an orphan; the fifth left the right way."""
    BookSearchEntry.objects.filter(pk=ids[0]).delete()
    Book.objects.filter(pk=ids[1]).update(title="Renamed")
    BookSearchEntry.objects.filter(pk=ids[2]).update(words=[1])
    Book.objects.filter(pk__in=ids[3:5]).update(withdrawn_at=timezone.now())
    index_books({ids[4]: 6})


def check(capsys: Any, **options: Any) -> tuple[int, list[str]]:
    """How the command ends, and what it says."""
    try:
        call_command("search_check", **options)
    except SystemExit as ended:
        return int(str(ended.code)), capsys.readouterr().out.splitlines()
    return 0, capsys.readouterr().out.splitlines()


ALL_RIGHT = "0 missing, 0 stale, 0 wrong, 0 orphaned"


@pytest.mark.parametrize("batch", [2, 500])
def test_every_kind_of_fault_is_counted_named_and_mended(
    shelf: list[int], capsys: Any, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(checking, "BATCH", batch)
    spoil(shelf)
    told = [
        "postgresql: 5 books, 1 missing, 1 stale, 1 wrong, 1 orphaned",
        f"  missing: {shelf[0]}",
        f"  stale: {shelf[1]}",
        f"  wrong: {shelf[2]}",
        f"  orphaned: {shelf[3]}",
    ]
    assert [line for line in check(capsys)[1] if " of " not in line] == told
    status, lines = check(capsys, repair=True)
    assert (status, [line for line in lines if " of " not in line]) == (0, told)
    status, lines = check(capsys)
    assert (status, lines[-1]) == (0, f"postgresql: 5 books, {ALL_RIGHT}")
    titles = sorted(hit.document.title for hit in search_books().hits)
    assert titles == ["Renamed", "Volume 0", "Volume 2", "Volume 5", "Volume 6"]


def test_what_is_not_right_ends_with_one(shelf: list[int], capsys: Any) -> None:
    assert check(capsys)[0] == 0
    spoil(shelf)
    assert check(capsys)[0] == 1


def test_samples_are_few(shelf: list[int], capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "SAMPLES", 2)
    BookSearchEntry.objects.all().delete()
    assert check(capsys)[1][-2:] == [
        "postgresql: 7 books, 7 missing, 0 stale, 0 wrong, 0 orphaned",
        f"  missing: {shelf[0]}, {shelf[1]}",
    ]


def test_a_newer_version_written_meanwhile_stays(shelf: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The change and its event come after the check has read the catalogue."""
    (store,) = stores()
    Book.objects.filter(pk=shelf[0]).update(title="Read by the check")
    mend = type(store).mend

    def late(self: Any, *args: Any) -> None:
        Book.objects.filter(pk=shelf[0]).update(title="Newer")
        index_books({shelf[0]: 9})
        mend(self, *args)

    monkeypatch.setattr(type(store), "mend", late)
    checking.check_index(store, repair=True, progress=lambda done: None)
    assert [hit.document.title for hit in search_books(text="newer").hits] == ["Newer"]


@pytest.fixture
def mongodb(settings: Any) -> Iterator[None]:
    settings.MONGO_URL = os.environ["TEST_MONGO_URL"].rstrip("/") + "/check_test"
    with MongoClient[dict[str, Any]](settings.MONGO_URL) as client:
        client.drop_database("check_test")
        yield
        client.drop_database("check_test")


@pytest.mark.mongo
def test_both_stores_are_compared_and_one_that_was_never_built_is_built(
    mongodb: None, shelf_without_mongodb: list[int], capsys: Any
) -> None:
    assert check(capsys) == (1, [f"postgresql: 7 books, {ALL_RIGHT}", "mongodb: was never built"])
    assert check(capsys, repair=True)[0] == 0
    spoil(shelf_without_mongodb)
    books = mongo.database()[mongo.database()["book_search_names"].find_one({"_id": "books"})["current"]]  # type: ignore[index]
    books.delete_one({"_id": shelf_without_mongodb[5]})
    assert check(capsys)[1] == [
        "postgresql: 5 books, 1 missing, 1 stale, 1 wrong, 1 orphaned",
        f"  missing: {shelf_without_mongodb[0]}",
        f"  stale: {shelf_without_mongodb[1]}",
        f"  wrong: {shelf_without_mongodb[2]}",
        f"  orphaned: {shelf_without_mongodb[3]}",
        "mongodb: 5 books, 1 missing, 1 stale, 0 wrong, 1 orphaned",
        f"  stale: {shelf_without_mongodb[1]}",
        f"  orphaned: {shelf_without_mongodb[3]}",
        f"  missing: {shelf_without_mongodb[5]}",
    ]
    check(capsys, repair=True)
    assert check(capsys) == (0, [f"postgresql: 5 books, {ALL_RIGHT}", f"mongodb: 5 books, {ALL_RIGHT}"])


@pytest.fixture
def shelf_without_mongodb(shelf: list[int]) -> list[int]:
    return shelf
