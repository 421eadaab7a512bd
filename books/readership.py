"""How much an author's books are read: loans by month and by book, from counts that name no reader."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from books.models import Book, MonthlyLoans

BOOKS_SHOWN = 50


@dataclass(frozen=True)
class Month:
    """`starts_on` is the month's first day."""

    starts_on: date
    loans: int


def loans_by_month(*, author_id: int, months: int, today: date) -> list[Month]:
    """The last so many months, this one included, the oldest first; also those without a loan."""
    starts = _first_days(months, today)
    counted = MonthlyLoans.objects.filter(book__authors=author_id, month__in=starts).order_by("month")
    loans: dict[date, int] = dict(counted.values_list("month").annotate(Sum("loans")))
    return [Month(start, loans.get(start, 0)) for start in starts]


def loans_by_book(*, author_id: int, months: int, today: date) -> list[dict[str, Any]]:
    """The author's books that readers may find, the most lent first: in these months, and ever; at most 50."""
    recent = Q(monthly_loans__month__gte=_first_days(months, today)[0])
    books = Book.objects.filter(authors=author_id, withdrawn_at=None)
    counted = books.annotate(recent_loans=Coalesce(Sum("monthly_loans__loans", filter=recent), 0))
    ordered = counted.order_by("-recent_loans", "-loans_count", "title", "pk")
    return list(ordered.values("id", "title", "year", "recent_loans", "loans_count")[:BOOKS_SHOWN])


def loans_of_authors(*, author_ids: Collection[int], first: date, last: date) -> dict[int, int]:
    """By author, from the month of `first` to that of `last`. A loan of a book by several counts for each of them.

    Whose books were not lent is left out.
    """
    counted = MonthlyLoans.objects.filter(book__authors__in=author_ids, month__range=(first.replace(day=1), last))
    return dict(counted.order_by().values_list("book__authors").annotate(Sum("loans")))


def _first_days(months: int, today: date) -> list[date]:
    this_month = today.year * 12 + today.month - 1
    numbers = range(this_month - months + 1, this_month + 1)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]
