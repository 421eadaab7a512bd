"""What a patron's plan gives at a moment: pure, so that every case can stand in a table (rules.md, "Plans")."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from library_portal.money import rounded_up
from subscriptions.models import Plan, Subscription

# Spans are divided as whole numbers of these: exact, as money must be.
MICROSECOND = timedelta(microseconds=1)


def plan_in_force(subscription: Subscription | None, *, free: Plan | None, now: datetime) -> Plan:
    """The plan whose limits hold now: an expired one gives FREE's at once, whether or not the renewal has run."""
    if subscription is None or has_ended(subscription, now=now):
        return free
    return subscription.plan


def has_ended(subscription: Subscription, *, now: datetime) -> bool:
    return subscription.period_ends_at is not None and subscription.period_ends_at <= now


def unused_credit(subscription: Subscription, *, now: datetime) -> Decimal:
    """Dollars that the unused part of the period is worth: the used part's price is rounded up, the rest goes back."""
    if subscription.period_ends_at is None or has_ended(subscription, now=now):
        return Decimal("0.00")
    whole = subscription.period_ends_at - subscription.period_started_at
    used = max(now - subscription.period_started_at, timedelta(0))
    return subscription.paid - rounded_up(subscription.paid * (used // MICROSECOND) / (whole // MICROSECOND))


@dataclass(frozen=True)
class PlanChange:
    """What choosing a plan means, in dollars: at once with a charge and a credit, or from the end of the period."""

    plan: Plan
    at_once: bool
    charge: Decimal
    credit: Decimal
    from_at: datetime | None

    @property
    def to_pay(self) -> Decimal:
        return self.charge - self.credit


def change_to(plan: Plan, *, subscription: Subscription | None, free: Plan, now: datetime) -> PlanChange:
    """Dearer is an upgrade: at once, a new period starts now. Anything else waits for the end of the period."""
    current = plan_in_force(subscription, free=free, now=now)
    if subscription is not None and current != free and plan.price <= current.price:
        return PlanChange(plan, False, Decimal("0.00"), Decimal("0.00"), subscription.period_ends_at)
    credit = unused_credit(subscription, now=now) if subscription else Decimal("0.00")
    return PlanChange(plan, True, plan.price, credit, now)
