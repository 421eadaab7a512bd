"""The estimated wait comes from the book's own loans (api.md, books/{id}/availability/)."""

from datetime import timedelta

import pytest

from books.models import Copy
from reservations import queries, services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def wait_for(book) -> int | None:
    return queries.availability(book_id=book.pk).estimated_wait


def reserve(book, now) -> Reservation:
    return services.reserve(user_id=patron().pk, book_id=book.pk, days=7, join_queue=True, now=now)


def lend_for(book, now, days: int) -> None:
    loan = services.check_out(reservation_id=reserve(book, now).pk, now=now)
    services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=days))


def test_a_free_copy_means_no_wait(now) -> None:
    assert wait_for(book_with_copies(1)) == 0


def test_without_a_lendable_copy_there_is_nothing_to_wait_for(now) -> None:
    book = book_with_copies(1)
    Copy.objects.update(status="unavailable", reason="lost")
    assert wait_for(book) is None


def test_a_book_never_lent_is_reckoned_with_a_week_a_round(now) -> None:
    book = book_with_copies(2)
    waits = []
    for _ in range(5):
        reserve(book, now)
        waits.append(wait_for(book))
    assert waits == [0, 7, 7, 14, 14]


def test_the_books_own_loans_decide(now) -> None:
    book = book_with_copies(1)
    lend_for(book, now, days=2)
    lend_for(book, now, days=3)
    reserve(book, now)
    assert wait_for(book) == 3  # 2.5 days on average, rounded up
