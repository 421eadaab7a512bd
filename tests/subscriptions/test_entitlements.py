"""Which plan's limits hold at a moment, and what choosing another means: every case in a table (rules.md, "Plans")."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from subscriptions.entitlements import change_to, has_ended, plan_in_force, unused_credit
from subscriptions.models import Plan, Subscription

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
HALF, PERIOD, INSTANT = timedelta(days=15), timedelta(days=30), timedelta(microseconds=1)
PLANS = {
    code: Plan(pk=pk, code=code, price=Decimal(price))
    for pk, (code, price) in enumerate([("FREE", 0), ("PLUS", 5), ("PREMIUM", 15), ("OTHER", 5)], start=1)
}
FREE = PLANS["FREE"]


def subscribed(code: str, started: timedelta, *, next_plan: str | None = None, renews: bool = True) -> Subscription:
    """The period began this long ago."""
    plan, starts_at = PLANS[code], NOW - started
    return Subscription(
        plan=plan,
        next_plan=PLANS[next_plan] if next_plan else None,
        period_started_at=starts_at,
        period_ends_at=starts_at + PERIOD if plan.price else None,
        auto_renew=renews,
        paid=plan.price,
    )


RUNNING, LAST, OVER, LONG_OVER = HALF, PERIOD - INSTANT, PERIOD, 3 * PERIOD


@pytest.mark.parametrize("code", ["PLUS", "PREMIUM"])
@pytest.mark.parametrize("next_plan", [None, "FREE", "PLUS", "PREMIUM"])
@pytest.mark.parametrize("renews", [True, False], ids=["renews", "cancelled"])
@pytest.mark.parametrize(
    ("started", "counts"),
    [(timedelta(0), True), (RUNNING, True), (LAST, True), (OVER, False), (LONG_OVER, False)],
    ids=["just begun", "running", "last instant", "over", "long over"],
)
def test_a_plan_that_costs_counts_until_its_end_whatever_follows(
    code: str, next_plan: str | None, renews: bool, started: timedelta, counts: bool
) -> None:
    subscription = subscribed(code, started, next_plan=next_plan, renews=renews)
    assert plan_in_force(subscription, free=FREE, now=NOW) == (PLANS[code] if counts else FREE)
    assert has_ended(subscription, now=NOW) != counts


@pytest.mark.parametrize("started", [timedelta(0), RUNNING, OVER, LONG_OVER])
def test_free_does_not_end(started: timedelta) -> None:
    subscription = subscribed("FREE", started)
    assert (plan_in_force(subscription, free=FREE, now=NOW), has_ended(subscription, now=NOW)) == (FREE, False)


def test_who_never_chose_has_free() -> None:
    assert plan_in_force(None, free=FREE, now=NOW) == FREE


@pytest.mark.parametrize(
    ("paid", "used", "credit"),
    [
        ("5.00", timedelta(0), "5.00"),
        ("5.00", timedelta(days=15), "2.50"),
        ("5.00", timedelta(days=29, hours=23, minutes=59), "0.00"),
        ("5.00", timedelta(microseconds=1), "4.99"),
        ("5.00", timedelta(days=31), "0.00"),
        ("0.00", timedelta(days=1), "0.00"),
        ("15.00", timedelta(hours=-1), "15.00"),  # another machine's clock is behind: never more than was paid
    ],
)
def test_the_unused_part_of_what_was_paid_is_credited(paid: str, used: timedelta, credit: str) -> None:
    period = Subscription(paid=Decimal(paid), period_started_at=NOW, period_ends_at=NOW + PERIOD)
    assert unused_credit(period, now=NOW + used) == Decimal(credit)


# From which plan, begun when, to which: at once?, charge, credit.
CHANGES = [
    (None, RUNNING, "PLUS", True, "5.00", "0.00"),
    (None, RUNNING, "PREMIUM", True, "15.00", "0.00"),
    ("FREE", RUNNING, "PLUS", True, "5.00", "0.00"),
    ("FREE", RUNNING, "PREMIUM", True, "15.00", "0.00"),
    ("PLUS", timedelta(0), "PREMIUM", True, "15.00", "5.00"),
    ("PLUS", RUNNING, "PREMIUM", True, "15.00", "2.50"),
    ("PLUS", LAST, "PREMIUM", True, "15.00", "0.00"),
    ("PLUS", OVER, "PREMIUM", True, "15.00", "0.00"),
    ("PLUS", OVER, "PLUS", True, "5.00", "0.00"),
    ("PREMIUM", OVER, "PLUS", True, "5.00", "0.00"),
    ("PREMIUM", RUNNING, "PLUS", False, "0.00", "0.00"),
    ("PREMIUM", RUNNING, "FREE", False, "0.00", "0.00"),
    ("PLUS", RUNNING, "FREE", False, "0.00", "0.00"),
    ("PLUS", LAST, "FREE", False, "0.00", "0.00"),
    ("PLUS", RUNNING, "OTHER", False, "0.00", "0.00"),
]


@pytest.mark.parametrize(("code", "started", "chosen", "at_once", "charge", "credit"), CHANGES)
def test_dearer_is_at_once_and_the_rest_waits_for_the_end(
    code: str | None, started: timedelta, chosen: str, at_once: bool, charge: str, credit: str
) -> None:
    subscription = subscribed(code, started) if code else None
    change = change_to(PLANS[chosen], subscription=subscription, free=FREE, now=NOW)
    from_at = NOW if at_once or subscription is None else subscription.period_ends_at
    assert (change.plan, change.at_once, change.charge, change.credit, change.from_at) == (
        PLANS[chosen], at_once, Decimal(charge), Decimal(credit), from_at,
    )  # fmt: skip
    assert change.to_pay == Decimal(charge) - Decimal(credit)
