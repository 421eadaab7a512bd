"""Forgetting what somebody has read. The ledger refers to reservations for ever, so the row stays and explains the
money; its book and copy go, and the loan is counted among the book's past loans, in which there is nobody."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

import library_portal.notifications.services
from reservations.models import CLOSED, PastLoans, Reservation, Status
from reservations.notices.digests import DIGESTS
from reservations.waiting_time import days_out

BATCH, MOST_AT_ONCE = 500, 10_000


def forget_old_loans(*, now: datetime) -> int:
    """Of everybody who does not keep a history, what ended more than `LOAN_HISTORY_DAYS` ago; returns how many.

    At most `MOST_AT_ONCE`, as copies wait for the same worker. A batch per transaction, from the oldest on: what others
    keep is passed once, not once per batch.
    """
    due = _remembered().filter(
        user__keeps_loan_history=False, lost_on=None, closed_at__lt=now - timedelta(days=settings.LOAN_HISTORY_DAYS)
    )
    total = 0
    oldest_first = due.order_by("closed_at").values_list("pk", "closed_at")
    while total < MOST_AT_ONCE and (batch := list(oldest_first[:BATCH])):
        total += _forget([pk for pk, _closed_at in batch])
        oldest_first = oldest_first.filter(closed_at__gte=batch[-1][1])
    return total


def forget_loans_of(*, user_id: int, also_lost: bool = False) -> int:
    """Everything that has ended, at once; returns how many. What is lost stays, so that its charge can go back.

    `also_lost`: the person leaves, and nobody is there to give it back to.
    """
    ended = _remembered().filter(user_id=user_id)
    return _forget((ended if also_lost else ended.filter(lost_on=None)).values_list("pk", flat=True))


def _remembered() -> QuerySet[Reservation]:
    return Reservation.objects.filter(status__in=CLOSED, book__isnull=False)


@transaction.atomic
def _forget(reservation_ids: Collection[int]) -> int:
    """Reservations are locked by primary key, then the past loans by book (docs/locking.md)."""
    rows = list(_remembered().filter(pk__in=list(reservation_ids)).order_by("pk").select_for_update())
    _count_as_past([row for row in rows if row.status == Status.COMPLETED])
    Reservation.objects.filter(pk__in=[row.pk for row in rows]).update(book=None, copy=None)
    library_portal.notifications.services.erase_about(
        user_ids={row.user_id for row in rows}, subjects=[row.subject for row in rows]
    )
    if rows:
        _forget_digests(rows)
    return len(rows)


def _forget_digests(ended: list[Reservation]) -> None:
    """Daily digests name several loans: all go that are as old as the last of these."""
    library_portal.notifications.services.erase_until(
        user_ids={one.user_id for one in ended},
        kinds=DIGESTS,
        until=max(one.closed_at for one in ended if one.closed_at),
    )


def _count_as_past(loans: list[Reservation]) -> None:
    days_of: dict[int, list[int]] = defaultdict(list)
    for loan in loans:
        if loan.book_id and loan.starts_on and loan.closed_at:
            days_of[loan.book_id].append(days_out(loan.starts_on, loan.closed_at))
    PastLoans.objects.bulk_create([PastLoans(book_id=book_id) for book_id in sorted(days_of)], ignore_conflicts=True)
    counts = PastLoans.objects.filter(book_id__in=days_of).order_by("book_id").select_for_update()
    for past in counts:
        past.loans += len(days_of[past.book_id])
        past.days += sum(days_of[past.book_id])
    PastLoans.objects.bulk_update(counts, ["loans", "days"])
