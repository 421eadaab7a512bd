"""Periodic work; each run is bounded in time, safe to repeat, and safe beside another run of itself."""

from celery import shared_task
from django.utils import timezone

import books.queries
from library_portal.one_by_one import in_turn, on_its_own
from reservations import places, queries
from reservations.services import (
    allocate,
    expire_hold,
    follow_calendar,
    forget_old_loans,
    is_time_to_remind,
    remind_patrons,
    tell_staff,
)

BATCH = 500
# How long a run may take: what is left then is the next run's.
SECONDS = 45.0


@shared_task
def expire_holds() -> int:
    """End the holds whose time has run out; returns how many were looked at."""
    now, looked_at = timezone.now(), 0

    def over(after: int) -> list[int]:
        return queries.holds_over(now=now, after=after, limit=BATCH)

    for reservation_id in in_turn("expire-holds", over, seconds=SECONDS):
        looked_at += 1
        with on_its_own("The hold of reservation", reservation_id):
            expire_hold(reservation_id=reservation_id, now=now)
    return looked_at


@shared_task
def sweep_free_copies() -> int:
    """Allocate where somebody waits although a copy is free: what a crash, a passed quota or the end of a pause left.

    Returns how many copies found their patron.
    """
    now, held = timezone.now(), 0

    def in_vain(after: int) -> list[int]:
        return books.queries.ids_waited_for_in_vain(after=after, limit=BATCH)

    for book_id in in_turn("sweep", in_vain, seconds=SECONDS):
        with on_its_own("The free copies of book", book_id):
            held += len(allocate(book_id=book_id, now=now).held)
    return held


@shared_task
def follow_library_calendar() -> None:
    """Hourly: what was just being held or lent while the calendar changed, and what failed then."""
    follow_calendar(now=timezone.now())


@shared_task
def send_daily_notices() -> int:
    """Hourly from `REMIND_FROM_HOUR` on, to patrons and staff: what has not been told today; returns how many loans."""
    now = timezone.now()
    if not is_time_to_remind(now):
        return 0
    tell_staff(now=now)
    return remind_patrons(now=now)


@shared_task
def forget_loans() -> int:
    """Several times a night: who keeps no history has none after `LOAN_HISTORY_DAYS`; returns how many it forgot."""
    return forget_old_loans(now=timezone.now())


@shared_task
def check_queues() -> int:
    """Nightly: drop the sets in Redis that differ from their queues; returns how many did. None should."""
    return places.drop_what_differs()
