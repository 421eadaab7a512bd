"""Periodic work; each run is bounded and safe to repeat."""

from celery import shared_task
from django.utils import timezone

import books.queries
from reservations import queries
from reservations.services import allocate, expire_hold, forget_old_loans

BATCH = 500


@shared_task
def expire_holds() -> int:
    """End the holds whose time has run out; returns how many were looked at."""
    now = timezone.now()
    over = queries.holds_over(now=now, limit=BATCH)
    for reservation_id in over:
        expire_hold(reservation_id=reservation_id, now=now)
    return len(over)


@shared_task
def sweep_free_copies() -> int:
    """Allocate where somebody waits although a copy is free: what a crash or a passed quota left behind."""
    now = timezone.now()
    return sum(len(allocate(book_id=book_id, now=now)) for book_id in books.queries.ids_waited_for_in_vain(limit=BATCH))


@shared_task
def forget_loans() -> int:
    """Several times a night: who keeps no history has none after `LOAN_HISTORY_DAYS`; returns how many it forgot."""
    return forget_old_loans(now=timezone.now())
