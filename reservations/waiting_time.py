"""How long a newcomer will wait for a book, from its own loan history."""

from datetime import date, datetime
from math import ceil

from django.utils import timezone

from reservations.models import PastLoans, Reservation, Status

LOANS_LOOKED_AT = 20
DAYS_WITHOUT_HISTORY = 7


def estimated_wait_days(*, book_id: int, copies: int, waiting: int) -> int:
    """Whole days until a newcomer's turn when every copy is out and `waiting` people are ahead.

    Each round of loans serves as many people as there are copies and takes as long as this book's last loans took on
    average; a book that was never lent is reckoned with a week.
    """
    loans, days = _last_loans(book_id)
    average = days / loans if loans else DAYS_WITHOUT_HISTORY
    return ceil(ceil((waiting + 1) / copies) * average)


def days_out(starts_on: date, closed_at: datetime) -> int:
    """Calendar days of a loan that has ended, at least one."""
    return max((timezone.localdate(closed_at) - starts_on).days, 1)


def _last_loans(book_id: int) -> tuple[int, float]:
    """How many loans and how many days in all: those still remembered, then forgotten ones until there are enough."""
    lent = Reservation.objects.filter(book_id=book_id, status=Status.COMPLETED).order_by("-closed_at")
    remembered = lent.values_list("starts_on", "closed_at")[:LOANS_LOOKED_AT]
    lengths = [days_out(starts_on, closed_at) for starts_on, closed_at in remembered]
    past = PastLoans.objects.filter(book_id=book_id).first()
    more = min(past.loans, LOANS_LOOKED_AT - len(lengths)) if past else 0
    return len(lengths) + more, sum(lengths) + (more * past.days / past.loans if past and more else 0)
