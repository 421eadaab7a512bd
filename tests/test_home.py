"""The front page: what a reader may take home, what others read, what is new; no book twice, nothing claimed."""

import pytest
from django.core.cache import cache
from django.test import Client

from books.models import Book
from tests.factories.lending import book_with_copies

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


def rows(client: Client) -> dict[str, list[int]]:
    answer = client.get("/")
    return {row: [book["id"] for book in answer.context[row]] for row in ("available", "popular", "newest")}


def test_a_library_that_nobody_has_read_claims_no_most_read_books(client: Client) -> None:
    books = [book_with_copies(1).pk for _ in range(8)]

    assert rows(client) == {"available": books[:1:-1], "popular": [], "newest": books[1::-1]}


def test_no_book_is_shown_in_two_rows(client: Client) -> None:
    books = [book_with_copies(1).pk for _ in range(20)]
    for loans, book in enumerate(reversed(books), start=1):
        Book.objects.filter(pk=book).update(loans_count=loans)

    assert rows(client) == {"available": books[:6], "popular": books[6:12], "newest": books[:13:-1]}
