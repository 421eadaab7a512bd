"""Periodic work on plans and payments; each run is bounded, safe to repeat and to run beside another."""

import logging
from collections.abc import Callable
from time import monotonic

from celery import shared_task
from django.utils import timezone

from library_portal.one_by_one import in_turn, on_its_own
from subscriptions import queries, services
from subscriptions.payments.provider import AnswerUnreadable, ProviderAway

logger = logging.getLogger(__name__)
BATCH = 500
# How long a run may take: what is left then is the next run's.
SECONDS = 45.0
# Each may wait for its provider.
ASKED_AT_ONCE = 100


@shared_task
def end_periods() -> int:
    """Renew or end the plans whose period is over; returns how many."""
    return _see_to_each("end-periods", queries.ended_periods, services.end_period)


@shared_task
def remind_of_ends() -> int:
    """Tell the people whose period ends in `PLAN_REMINDER_DAYS`; returns how many."""
    return _see_to_each("remind-of-ends", queries.ending_soon, services.remind_of_end)


def _see_to_each(name: str, due: Callable[..., list[int]], see_to: Callable[..., bool]) -> int:
    """Everybody who is due, as far as the time reaches; returns how many it was done for."""
    now, done = timezone.now(), 0

    def next_few(after: int) -> list[int]:
        return due(now=now, after=after, limit=BATCH)

    for user_id in in_turn(name, next_few, seconds=SECONDS):
        with on_its_own("The plan of patron", user_id):
            done += see_to(user_id=user_id, now=now)
    return done


@shared_task
def sweep_payments() -> int:
    """Ask the providers about payments and refunds left open; returns about how many."""
    now = timezone.now()
    payments = queries.open_payments(now=now, limit=ASKED_AT_ONCE)
    refunds = queries.open_refunds(limit=ASKED_AT_ONCE)
    asked = _ask(payments, lambda pk: services.sweep_payment(payment_id=pk, now=now))
    return asked + _ask(refunds, lambda pk: services.ask_for_refund(refund_id=pk, now=now))


def _ask(left: list[tuple[int, str]], ask: Callable[[int], object]) -> int:
    """One after the other, as far as the time reaches: who was asked about longest ago comes first, so all have their
    turn. A provider that is away is not waited for again in this run.
    """
    ends_at, away = monotonic() + SECONDS, set()
    for pk, provider in left:
        if provider in away or monotonic() >= ends_at:
            continue
        with on_its_own(f"What {provider} says of", pk):
            try:
                ask(pk)
            except AnswerUnreadable:
                raise
            except ProviderAway:
                logger.warning("%s does not answer about %s", provider, pk)
                away.add(provider)
    return len(left)


@shared_task
def forget_provider_events() -> int:
    """Prune the log of what providers said; returns how many lines."""
    return services.forget_provider_events(now=timezone.now())
