"""rules.md once more, written down without a look at the portal's code: the numbers of the plans, prices, who may have
a copy. What the tests compare the portal with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil


@dataclass(frozen=True)
class PlanRules:
    """Holds in 7 days (None: any number), copies at once, longest loan, priority, discounts in percent."""

    holds: int | None
    copies: int
    days: int
    priority: int
    standing: int
    frequent: int
    spender: int


PLANS = {
    "FREE": PlanRules(1, 1, 7, 0, 0, 0, 0),
    "PLUS": PlanRules(3, 5, 7, 1, 10, 30, 100),
    "PREMIUM": PlanRules(None, 10, 14, 2, 20, 30, 100),
}
# Every state and what may become of it in one step of the life.
NEXT = {
    None: {"pending", "ready"},
    "pending": {"pending", "ready", "cancelled"},
    "ready": {"ready", "active", "pending", "cancelled", "expired"},
    "active": {"active", "completed", "ready"},
    "completed": {"completed", "active"},
    "cancelled": {"cancelled"},
    "expired": {"expired"},
}
# What lending, wallet and plans may answer instead of doing it (the HTTP contract's codes).
DOCUMENTED = {
    "insufficient_funds",
    "not_found",
    "reservation_error",
    "already_reserved",
    "limit_reached",
    "quota_reached",
    "duration_too_long",
    "blocked",
    "not_returnable",
    "not_extendable",
    "queue_not_empty",
    "unavailable",
    "subscription_error",
    "conflict",
    "validation_error",
    "authorization_error",
    "idempotency_in_progress",
    "idempotency_mismatch",
}


@dataclass(frozen=True)
class Patron:
    """Everything that decides what a patron may have, at one moment."""

    plan: str
    balance: Decimal
    debt: Decimal
    copies: int
    holds_in_7_days: int
    overdue: int
    returned_in_30_days: int
    spent_in_60_days: Decimal

    @property
    def percent(self) -> int:
        """The best single discount."""
        plan = PLANS[self.plan]
        frequent = plan.frequent if self.returned_in_30_days >= 3 else 0
        spender = plan.spender if self.spent_in_60_days >= 30 else 0
        return max(plan.standing, frequent, spender)

    def may_have(self, price: Decimal) -> bool:
        plan = PLANS[self.plan]
        is_blocked = self.overdue > 0 or self.debt > 0
        within = self.copies < plan.copies and (plan.holds is None or self.holds_in_7_days < plan.holds)
        return within and not is_blocked and price <= self.balance


def cents_up(dollars: Decimal) -> Decimal:
    return Decimal(ceil(dollars * 100)) / 100


def price(daily_fee: Decimal, days: int, percent: int) -> Decimal:
    return cents_up(daily_fee * days * (100 - percent) / 100)


def early_refund(paid: Decimal, days: int, used: int) -> Decimal:
    return paid - cents_up(paid * min(used, days) / days)


def late_fee(daily_fee: Decimal, book_price: Decimal | None, due_on: date, back_on: date) -> Decimal:
    return min(2 * daily_fee * max((back_on - due_on).days, 0), Decimal(20) if book_price is None else book_price)


def has_ended(period_ends_at: datetime | None, now: datetime) -> bool:
    return period_ends_at is not None and period_ends_at <= now


WEEK, MONTH = timedelta(days=7), timedelta(days=30)
