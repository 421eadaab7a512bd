"""The end of a period: renewed from the wallet, or over (rules.md, "Plans"). Once per period, however many run this."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from library_portal.outbox import record
from subscriptions import queries
from subscriptions.entitlements import has_ended
from subscriptions.events import (
    SubscriptionEndsSoon,
    SubscriptionExpired,
    SubscriptionRenewalFailed,
    SubscriptionRenewed,
)
from subscriptions.models import Plan, Subscription, Wallet
from subscriptions.services.plans import key_of, start_period, tell_of_change
from subscriptions.services.wallet import EntryKind, InsufficientFunds, charge


@transaction.atomic(durable=True)
def end_period(*, user_id: int, now: datetime) -> bool:
    """Renew the plan whose period is over, or let it fall to Free; False when there is nothing to do, or somebody else
    is at this wallet: the next run sees to it.
    """
    subscription = _own_locked(user_id)
    if subscription is None or not has_ended(subscription, now=now):
        return False
    plan = subscription.next_plan or subscription.plan
    if not subscription.auto_renew or plan.price == 0:
        _fall_to_free(subscription, SubscriptionExpired, now=now)
        return True
    try:
        _renew(subscription, plan, now=now)
    except InsufficientFunds:
        _fall_to_free(subscription, SubscriptionRenewalFailed, now=now)
    return True


@transaction.atomic(durable=True)
def remind_of_end(*, user_id: int, now: datetime) -> bool:
    """Say once per period that it ends, and what will happen then. False where that was said, or is too late."""
    subscription = _own_locked(user_id)
    if subscription is None or subscription.reminded or has_ended(subscription, now=now):
        return False
    subscription.reminded = True
    subscription.save(update_fields=["reminded"])
    record(
        SubscriptionEndsSoon(
            user_id=user_id, plan=subscription.plan.code, ends_at=subscription.end_of_period.isoformat()
        )
    )
    return True


def _own_locked(user_id: int) -> Subscription | None:
    if Wallet.objects.select_for_update(skip_locked=True).filter(user_id=user_id).first() is None:
        return None
    rows = Subscription.objects.select_related("plan", "next_plan")
    return rows.filter(user_id=user_id, period_ends_at__isnull=False).first()


def _renew(subscription: Subscription, plan: Plan, *, now: datetime) -> None:
    """From the end of the last period; from now when that is a whole period ago, as nobody pays for what is over.

    Raises InsufficientFunds.
    """
    starts_at = subscription.end_of_period
    if starts_at + timedelta(days=plan.period_days) <= now:
        starts_at = now
    charge(
        user_id=subscription.user_id,
        amount=plan.price,
        kind=EntryKind.SUBSCRIPTION,
        reference=f"subscription:{subscription.pk}",
        key=key_of(subscription, "renewal"),
    )
    start_period(subscription, plan, starts_at=starts_at, paid=plan.price)
    record(
        SubscriptionRenewed(
            user_id=subscription.user_id,
            plan=plan.code,
            charged=f"{plan.price:.2f}",
            ends_at=subscription.end_of_period.isoformat(),
        )
    )
    tell_of_change(subscription, now=now)


def _fall_to_free(
    subscription: Subscription, event: type[SubscriptionExpired | SubscriptionRenewalFailed], *, now: datetime
) -> None:
    ended = subscription.plan
    start_period(subscription, queries.free_plan(), starts_at=now, paid=Decimal("0.00"))
    record(event(user_id=subscription.user_id, plan=ended.code, ended_at=now.isoformat()))
    tell_of_change(subscription, now=now)
