"""`search_rebuild` makes an index out of the catalogue alone (docs/operations.md)."""

import os

import pytest
from django.core.management import call_command
from pymongo import MongoClient

from books.search import services as search_services
from books.search.models import BookSearchEntry
from books.services import indexing
from tests.factories.lending import book_with_copies


@pytest.mark.django_db
def test_it_finds_books_that_no_event_told_of(capsys, api) -> None:
    book = book_with_copies(1, title="Middlemarch")
    assert not BookSearchEntry.objects.exists()
    call_command("search_rebuild")
    assert [hit["id"] for hit in api.get("/api/v1/books/search/?q=middlem").json()["results"]] == [book.pk]


@pytest.mark.django_db
def test_it_tells_how_far_it_is_where_there_is_no_terminal(capsys, monkeypatch) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    monkeypatch.setattr(search_services, "BATCH", 2)
    for _ in range(5):
        book_with_copies(0)
    call_command("search_rebuild")
    assert capsys.readouterr().out.splitlines() == [
        "postgresql: 2 of 5 books",
        "postgresql: 4 of 5 books",
        "postgresql: 5 books",
    ]


@pytest.fixture
def empty_mongo(settings):
    url = os.environ["TEST_MONGO_URL"].rstrip("/") + "/rebuild_test"
    client = MongoClient(url)
    client.drop_database("rebuild_test")
    settings.MONGO_URL = url
    yield
    client.drop_database("rebuild_test")
    client.close()


@pytest.mark.mongo
@pytest.mark.django_db
def test_an_empty_mongodb_answers_after_its_first_build_and_is_not_built_twice(capsys, api, empty_mongo) -> None:
    book = book_with_copies(1, title="Middlemarch")
    call_command("search_rebuild", missing=True)
    answer = api.get("/api/v1/books/search/?q=middlem").json()
    assert ([hit["id"] for hit in answer["results"]], answer["store"], answer["degraded"]) == (
        [book.pk],
        "mongodb",
        False,
    )
    capsys.readouterr()
    call_command("search_rebuild", missing=True)
    assert capsys.readouterr().out.splitlines() == ["postgresql: has an index", "mongodb: has an index"]
