"""Books that many wait for go out for a shorter time, so that more people have them."""

from django.conf import settings

import books.queries
from reservations.models import Reservation, Status


def short_loan_days(*, book_id: int) -> int | None:
    """The longest loan in days while others wait for so many copies; None for as long as the plan allows.

    The rule begins at `SHORT_LOAN_WAITING_PER_COPY` (0: off). Whoever gets the next copy is not one of the others.
    """
    if not settings.SHORT_LOAN_WAITING_PER_COPY:
        return None
    waiting = Reservation.objects.filter(book_id=book_id, status=Status.PENDING).count()
    copies = books.queries.lending_facts(book_id=book_id).copies_count
    return settings.SHORT_LOAN_DAYS if is_sought_after(copies=copies, others=waiting - 1) else None


def is_sought_after(*, copies: int, others: int) -> bool:
    threshold = settings.SHORT_LOAN_WAITING_PER_COPY
    return threshold > 0 and others >= threshold * max(copies, 1)


def cut(wanted: int, *, plan_days: int, short_loan: int | None) -> int:
    """The days that a hold gets now, of those that were wanted."""
    return min(wanted, plan_days, short_loan or plan_days)
