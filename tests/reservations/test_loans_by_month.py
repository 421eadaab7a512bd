"""Loans by month in the catalogue: one for each check-out, however often it is said, and those from before."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection

from books.models import MonthlyLoans
from reservations import services
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db

earlier_loans = import_module("reservations.migrations.0004_earlier_loans_by_month")


def lend(book, now):
    held = services.reserve(user_id=patron().pk, book_id=book.pk, days=7, join_queue=True, now=now)
    return services.check_out(reservation_id=held.pk, now=now)


def counted():
    return list(MonthlyLoans.objects.order_by("book", "month").values_list("book", "month", "loans"))


def test_a_loan_counts_in_the_month_it_begins_and_once(now) -> None:
    book = book_with_copies(2)
    loan = lend(book, now)
    services.check_out(reservation_id=loan.pk, now=now + timedelta(days=40))
    services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=2))
    lend(book, now)
    assert counted() == [(book.pk, date(2026, 11, 1), 2)]


def test_a_hold_nobody_comes_for_does_not_count(now) -> None:
    held = services.reserve(user_id=patron().pk, book_id=book_with_copies(1).pk, days=7, join_queue=True, now=now)
    services.cancel(reservation_id=held.pk, now=now)
    assert counted() == []


def test_loans_from_before_are_counted_once(now) -> None:
    first, second = book_with_copies(1), book_with_copies(2)
    for book, day in [(first, now), (second, now), (second, now - timedelta(days=2))]:
        lend(book, day)
    MonthlyLoans.objects.all().delete()
    for _time in range(2):
        with connection.cursor() as cursor:
            cursor.execute(earlier_loans.COUNT_EARLIER_LOANS)
    assert counted() == [
        (first.pk, date(2026, 11, 1), 1),
        (second.pk, date(2026, 10, 1), 1),
        (second.pk, date(2026, 11, 1), 1),
    ]
