"""Books that many wait for go out for a shorter time, so that more people have them."""

from django.conf import settings

import books.queries
from reservations.models import Reservation, Status


def short_loan_days(
    *, book_id: int, in_queue: bool = False, book: books.queries.LendingFacts | None = None
) -> int | None:
    """The longest loan in days while others wait for so many copies; None for as long as the plan allows.

    The rule begins at `SHORT_LOAN_WAITING_PER_COPY` (0: off). `in_queue`: who asks is one of those waiting, and not one
    of the others. `book` is what was read of it already. Raises BookNotFound.
    """
    if not settings.SHORT_LOAN_WAITING_PER_COPY:
        return None
    book = book or books.queries.lending_facts(book_id=book_id)
    many = others_that_are_many(copies=book.copies_count)
    if book.waiting_count < many:
        return None
    waiting = Reservation.objects.filter(book_id=book_id, status=Status.PENDING).order_by()
    others = waiting[: many + in_queue].count() - in_queue  # counts no further than it matters
    return settings.SHORT_LOAN_DAYS if others >= many else None


def others_that_are_many(*, copies: int) -> int:
    """From so many waiting on, a book with these copies goes out for the shorter time."""
    return settings.SHORT_LOAN_WAITING_PER_COPY * max(copies, 1)


def cut(wanted: int, *, plan_days: int, short_loan: int | None) -> int:
    """The days that a hold gets now, of those that were wanted."""
    return min(wanted, plan_days, short_loan or plan_days)
