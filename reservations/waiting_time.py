"""How long a newcomer will wait for a book, from its own loan history."""

from datetime import timedelta
from math import ceil

from django.utils import timezone

from reservations.models import Reservation, Status

LOANS_LOOKED_AT = 20
DAYS_WITHOUT_HISTORY = 7


def estimated_wait_days(*, book_id: int, copies: int, waiting: int) -> int:
    """Whole days until a newcomer's turn when every copy is out and `waiting` people are ahead.

    Each round of loans serves as many people as there are copies and takes as long as this book's last loans took on
    average; a book that was never lent is reckoned with a week.
    """
    lent = Reservation.objects.filter(book_id=book_id, status=Status.COMPLETED).order_by("-closed_at")
    loans = lent.values_list("starts_on", "closed_at")[:LOANS_LOOKED_AT]
    lengths = [max(timezone.localdate(closed_at) - starts_on, timedelta(days=1)) for starts_on, closed_at in loans]
    average = sum(lengths, timedelta()) / len(lengths) if lengths else timedelta(days=DAYS_WITHOUT_HISTORY)
    return ceil(ceil((waiting + 1) / copies) * (average / timedelta(days=1)))
