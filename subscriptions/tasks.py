"""Periodic work on plans; each run is bounded, safe to repeat and to run beside another."""

from celery import shared_task
from django.utils import timezone

from subscriptions import queries, services

BATCH = 1000


@shared_task
def end_periods() -> int:
    """Renew or end the plans whose period is over; returns how many."""
    now = timezone.now()
    return sum(services.end_period(user_id=pk, now=now) for pk in queries.ended_periods(now=now, limit=BATCH))


@shared_task
def remind_of_ends() -> int:
    """Tell the people whose period ends in `PLAN_REMINDER_DAYS`; returns how many."""
    now = timezone.now()
    return sum(services.remind_of_end(user_id=pk, now=now) for pk in queries.ending_soon(now=now, limit=BATCH))
