"""Lists come in pages: `page` and `page_size` where they are bounded, `cursor` where they grow for ever."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from library_portal.notifications.models import Kind, Notification
from tests.factories.lending import book_with_copies
from tests.factories.people import person
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

BOOKS = "/api/v1/books/"


@pytest.fixture
def books() -> None:
    for _ in range(23):
        book_with_copies(0)


def test_a_page_has_20_and_names_its_neighbours(api: APIClient, books: None) -> None:
    first = api.get(BOOKS).json()
    second = api.get(first["next"]).json()

    assert (first["count"], first["previous"], len(first["results"])) == (23, None, 20)
    assert (second["count"], second["next"], len(second["results"])) == (23, None, 3)
    assert api.get(second["previous"]).json()["results"] == first["results"]


def test_the_caller_chooses_up_to_100_at_once(api: APIClient, books: None) -> None:
    assert len(api.get(BOOKS, {"page_size": 100}).json()["results"]) == 23
    assert len(api.get(BOOKS, {"page_size": 5, "page": 5}).json()["results"]) == 3


@pytest.mark.parametrize(
    "query", [{"page_size": 101}, {"page_size": 0}, {"page_size": "x"}, {"page": "-1"}, {"page": "٣"}]
)
def test_what_is_no_page_is_refused(api: APIClient, books: None, query: dict[str, Any]) -> None:
    refused = api.get(BOOKS, query)

    assert (refused.status_code, refused.json()["code"], list(refused.json()["errors"])) == (
        400,
        "validation_error",
        list(query),
    )


def test_past_the_end_there_is_nothing(api: APIClient, books: None) -> None:
    assert (api.get(BOOKS, {"page": 3}).status_code, api.get(BOOKS, {"page": 999_999}).status_code) == (404, 404)


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "cD14", "cD0yMDI2", "bz05OTk5OTk5OTk5OTk5", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "ΩΩ"]
)
def test_a_cursor_the_portal_did_not_make_is_refused(api: APIClient, cursor: str) -> None:
    reader = person()
    Notification.objects.create(user=reader, kind=Kind.PAYMENT, key="k", title="T")

    answer = api.get("/api/v1/notifications/", {"cursor": cursor}, headers=bearer(reader))

    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or list(answer.json()["errors"]) == ["cursor"]
