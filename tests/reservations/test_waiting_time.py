"""The estimated wait comes from the book's own loans (api.md, books/{id}/availability/)."""

from datetime import timedelta
from typing import Any

import pytest

from books.models import Copy
from reservations import queries, services
from reservations.models import Reservation, Status
from reservations.waiting_time import Estimate
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


@pytest.fixture
def today(monkeypatch, now):
    """The day of `now`, for what asks the clock."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    return now.date()


def lend(book, now, days: int) -> Reservation:
    made = services.reserve(user_id=patron(plan="PREMIUM").pk, book_id=book.pk, days=days, join_queue=True, now=now)
    return services.check_out(reservation_id=made.pk, now=now)


def test_copies_come_back_when_they_are_due_and_go_out_for_the_average_again(today, now) -> None:
    """Due in 3 and 10 days, 7 days a loan: turns come after 3, 10, 10, 17, 17 days."""
    book = book_with_copies(2)
    lend(book, now, days=3)
    lend(book, now, days=10)
    waits = [wait_for(book)]
    for _ in range(4):
        reserve(book, now)
        waits.append(wait_for(book))
    assert waits == [3, 10, 10, 17, 17]


def test_an_overdue_copy_is_expected_tomorrow(today, now) -> None:
    book = book_with_copies(1)
    lend(book, now - timedelta(days=30), days=5)
    assert wait_for(book) == 1


def test_who_is_paused_is_not_ahead(today, now) -> None:
    book = book_with_copies(1)
    lend(book, now, days=7)
    first, second, third = (reserve(book, now + timedelta(minutes=number)) for number in range(3))
    services.pause(reservation_id=first.pk, until=today + timedelta(days=30), now=now)
    estimates = {
        row.pk: row.estimate for row in queries.with_estimates(queries.reservations().filter(status="pending"))
    }
    assert [(estimates[one.pk].ahead, estimates[one.pk].days) for one in (first, second, third)] == [
        (0, 7), (0, 7), (1, 14),
    ]  # fmt: skip
    assert wait_for(book) == 21


def test_a_better_plan_waits_less(today, now) -> None:
    book = book_with_copies(1)
    lend(book, now, days=7)
    for _ in range(3):
        reserve(book, now)
    quotes = [
        queries.quote(user_id=patron(plan=plan).pk, book_id=book.pk, days=7, now=now) for plan in ("FREE", "PLUS")
    ]
    assert [(quote.queue_position, quote.estimate.days) for quote in quotes] == [(4, 28), (1, 7)]


def test_what_does_not_wait_has_no_estimate(today, now) -> None:
    book = book_with_copies(1)
    loan = lend(book, now, days=7)
    waiting = reserve(book, now)
    Copy.objects.update(status="unavailable", reason="lost")
    rows = queries.with_estimates(queries.reservations().filter(pk__in=[loan.pk, waiting.pk]))
    assert [row.estimate for row in rows] == [None, None]


def test_the_queries_do_not_grow_with_the_places(today, now, django_assert_max_num_queries) -> None:
    reader = patron()
    for _ in range(4):
        book = book_with_copies(1)
        lend(book, now, days=7)
        services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)
    with django_assert_max_num_queries(9):
        rows = queries.with_estimates(queries.reservations_of(user_id=reader.pk).filter(status=Status.PENDING))
    assert [row.estimate.days for row in rows] == [7, 7, 7, 7]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (
            {"ahead": 3, "copies": 2, "loans": 12, "average_days": 5.0},
            "3 readers are ahead of you, 2 copies; its last 12 loans took 5 days each.",
        ),
        (
            {"ahead": 1, "copies": 1, "loans": 1, "average_days": 2.5},
            "1 reader is ahead of you, 1 copy; its last loan took 2.5 days.",
        ),
        (
            {"ahead": 0, "copies": 1, "loans": 2, "average_days": 1.0},
            "Nobody is ahead of you, 1 copy; its last 2 loans took 1 day each.",
        ),
        (
            {"ahead": 0, "copies": 1, "loans": 0, "average_days": 7},
            "Nobody is ahead of you, 1 copy; it was never lent, so 7 days a loan are assumed.",
        ),
    ],
)
def test_how_it_was_worked_out_is_said_in_words(numbers: dict[str, Any], words: str) -> None:
    assert Estimate(days=9, **numbers).words == words
