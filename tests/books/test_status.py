"""A book's public status is derived (rules.md, "Words")."""

import pytest

from books.queries import status_of
from tests.factories.books import BookFactory, CopyFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("copies", "waiting", "expected"),
    [
        ([], 0, "unavailable"),
        (["unavailable"], 0, "unavailable"),
        (["available"], 0, "available"),
        (["available", "on_loan"], 0, "available"),
        (["available"], 1, "borrowed"),
        (["held"], 0, "borrowed"),
        (["on_loan", "unavailable"], 3, "borrowed"),
    ],
)
def test_it_follows_from_the_copies_and_the_queue(copies, waiting, expected):
    book = BookFactory(waiting_count=waiting)
    for status in copies:
        CopyFactory(book=book, status=status, reason="lost" if status == "unavailable" else "")

    assert status_of(book_id=book.pk) == expected


@pytest.mark.parametrize("withheld", [{"is_lendable": False}, {"withdrawn_at": "2026-01-01T00:00:00Z"}])
def test_a_book_that_is_not_lent_is_unavailable(withheld):
    assert status_of(book_id=BookFactory(copies=1, **withheld).pk) == "unavailable"
