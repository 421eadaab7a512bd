"""Upgrade, downgrade, cancelling and renewal (rules.md, "Plans")."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

import accounts.queries
import accounts.services
from library_portal.outbox.models import OutboxEvent
from subscriptions import services
from subscriptions.models import LedgerEntry, Subscription
from subscriptions.queries import current_plan, ended_periods, subscription_of, wallet_of
from tests.factories.people import patron

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
PERIOD = timedelta(days=30)


def choose(user, plan: str, now: datetime = NOW) -> Subscription:
    return services.change_plan(user_id=user.pk, plan_code=plan, now=now)


def plan_of(user, now: datetime) -> str:
    return current_plan(user_id=user.pk, now=now).code


def entries(user) -> list[tuple[str, Decimal]]:
    rows = LedgerEntry.objects.filter(wallet__user=user, kind__startswith="subscription").order_by("pk")
    return list(rows.values_list("kind", "amount"))


def events(name: str) -> list[dict]:
    return list(OutboxEvent.objects.filter(name=name).order_by("pk").values_list("payload", flat=True))


def test_from_free_to_a_plan_at_once() -> None:
    reader = patron(balance="5.00")
    subscription = choose(reader, "PLUS")
    assert (subscription.period_started_at, subscription.period_ends_at) == (NOW, NOW + PERIOD)
    assert (plan_of(reader, NOW), entries(reader)) == ("PLUS", [("subscription", Decimal("-5.00"))])


def test_an_upgrade_credits_what_is_left_and_starts_a_new_period() -> None:
    reader = patron(balance="20.00")
    choose(reader, "PLUS")
    later = NOW + timedelta(days=12)
    subscription = choose(reader, "PREMIUM", later)
    assert (plan_of(reader, later), subscription.period_ends_at) == ("PREMIUM", later + PERIOD)
    assert entries(reader)[1:] == [("subscription_credit", Decimal("3.00")), ("subscription", Decimal("-15.00"))]


def test_the_credit_helps_to_pay() -> None:
    reader = patron(balance="15.00")
    choose(reader, "PLUS")
    assert choose(reader, "PREMIUM").plan.code == "PREMIUM"
    assert wallet_of(user_id=reader.pk).balance == Decimal("0.00")


def test_a_plan_that_the_wallet_does_not_cover_changes_nothing() -> None:
    reader = patron(balance="17.00")
    choose(reader, "PLUS")
    with pytest.raises(services.InsufficientFunds) as refusal:
        choose(reader, "PREMIUM", NOW + timedelta(days=15))
    assert refusal.value.extra == {"required": "12.50", "balance": "12.00", "shortfall": "0.50"}
    assert (plan_of(reader, NOW), entries(reader)) == ("PLUS", [("subscription", Decimal("-5.00"))])


def test_what_nobody_paid_is_not_credited() -> None:
    reader = patron(plan="PLUS", balance="15.00")
    choose(reader, "PREMIUM", datetime.now(UTC))
    assert entries(reader) == [("subscription", Decimal("-15.00"))]


def test_choosing_the_same_plan_again_costs_nothing() -> None:
    reader = patron(balance="10.00")
    for _ in range(3):
        choose(reader, "PLUS")
    assert entries(reader) == [("subscription", Decimal("-5.00"))]


def test_a_downgrade_waits_for_the_end_of_the_period() -> None:
    reader = patron(balance="20.00")
    choose(reader, "PREMIUM")
    choose(reader, "PLUS")
    assert (plan_of(reader, NOW), subscription_of(user_id=reader.pk).next_plan.code) == ("PREMIUM", "PLUS")
    assert services.end_period(user_id=reader.pk, now=NOW + PERIOD)
    assert plan_of(reader, NOW + PERIOD) == "PLUS"
    assert entries(reader) == [("subscription", Decimal("-15.00")), ("subscription", Decimal("-5.00"))]


def test_choosing_the_plan_one_has_takes_a_downgrade_back() -> None:
    reader = patron(balance="20.00")
    for plan in ("PREMIUM", "FREE", "PREMIUM"):
        choose(reader, plan)
    assert subscription_of(user_id=reader.pk).next_plan is None


@pytest.mark.parametrize("how", ["free", "no renewal"])
def test_a_cancelled_plan_runs_to_its_end_and_falls_to_free(how: str) -> None:
    reader = patron(balance="20.00")
    choose(reader, "PLUS")
    if how == "free":
        choose(reader, "FREE")
    else:
        services.set_auto_renew(user_id=reader.pk, auto_renew=False, now=NOW)
    assert plan_of(reader, NOW + PERIOD - timedelta(seconds=1)) == "PLUS"
    assert services.end_period(user_id=reader.pk, now=NOW + PERIOD)
    assert subscription_of(user_id=reader.pk).plan.code == "FREE"
    assert [event["plan"] for event in events("subscription.expired")] == ["PLUS"]
    assert entries(reader) == [("subscription", Decimal("-5.00"))]


@pytest.mark.parametrize(("former", "chosen"), [("PLUS", "PREMIUM"), ("PREMIUM", "PLUS")])
def test_who_chooses_a_plan_that_costs_goes_on_with_it(former: str, chosen: str) -> None:
    reader = patron(balance="50.00")
    choose(reader, former)
    services.set_auto_renew(user_id=reader.pk, auto_renew=False, now=NOW)
    assert choose(reader, chosen).auto_renew
    services.end_period(user_id=reader.pk, now=NOW + PERIOD)
    assert plan_of(reader, NOW + PERIOD) == chosen


def test_who_chooses_free_when_the_period_is_over_is_not_renewed() -> None:
    """The plan counts no longer, and the job has not come by yet."""
    reader = patron(balance="20.00")
    choose(reader, "PLUS")
    choose(reader, "FREE", NOW + PERIOD)
    services.end_period(user_id=reader.pk, now=NOW + PERIOD)
    assert (subscription_of(user_id=reader.pk).plan.code, entries(reader)) == (
        "FREE", [("subscription", Decimal("-5.00"))],
    )  # fmt: skip


def test_a_renewal_goes_on_from_the_end_of_the_period_once() -> None:
    reader = patron(balance="20.00")
    choose(reader, "PLUS")
    later = NOW + PERIOD + timedelta(hours=3)
    assert [services.end_period(user_id=reader.pk, now=later) for _ in range(3)] == [True, False, False]
    subscription = subscription_of(user_id=reader.pk)
    assert (subscription.period_started_at, subscription.period_ends_at) == (NOW + PERIOD, NOW + 2 * PERIOD)
    assert entries(reader) == [("subscription", Decimal("-5.00"))] * 2
    assert [event["charged"] for event in events("subscription.renewed")] == ["5.00"]


@pytest.mark.parametrize("periods", [2, 3])
def test_nobody_pays_for_a_period_that_is_over(periods: int) -> None:
    reader = patron(balance="20.00")
    choose(reader, "PLUS")
    later = NOW + periods * PERIOD
    services.end_period(user_id=reader.pk, now=later)
    assert subscription_of(user_id=reader.pk).period_started_at == later
    assert entries(reader) == [("subscription", Decimal("-5.00"))] * 2


def test_without_funds_the_plan_falls_to_free_and_that_is_told() -> None:
    reader = patron(balance="5.00")
    choose(reader, "PLUS")
    assert services.end_period(user_id=reader.pk, now=NOW + PERIOD)
    assert subscription_of(user_id=reader.pk).plan.code == "FREE"
    assert [event["plan"] for event in events("subscription.renewal_failed")] == ["PLUS"]
    assert entries(reader) == [("subscription", Decimal("-5.00"))]


def test_free_has_nothing_to_renew() -> None:
    with pytest.raises(services.NothingToRenew):
        services.set_auto_renew(user_id=patron().pk, auto_renew=True, now=NOW)


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(services.UnknownPlan):
        choose(patron(), "GOLD")


def test_the_end_is_announced_once_within_three_days() -> None:
    reader = patron(balance="20.00")
    choose(reader, "PLUS")
    soon = NOW + PERIOD - timedelta(days=3)
    assert [services.remind_of_end(user_id=reader.pk, now=soon) for _ in range(2)] == [True, False]
    assert [event["plan"] for event in events("subscription.ends_soon")] == ["PLUS"]
    services.end_period(user_id=reader.pk, now=NOW + PERIOD)
    assert services.remind_of_end(user_id=reader.pk, now=soon + PERIOD)


def test_an_end_is_not_announced_when_it_is_over() -> None:
    reader = patron(balance="20.00")
    choose(reader, "PLUS")
    assert not services.remind_of_end(user_id=reader.pk, now=NOW + PERIOD)
    assert events("subscription.ends_soon") == []


def test_the_job_finds_whose_period_is_over() -> None:
    over, running = patron(balance="5.00"), patron(balance="5.00")
    choose(over, "PLUS")
    choose(running, "PLUS", NOW + timedelta(days=1))
    assert ended_periods(now=NOW + PERIOD, after=0, limit=10) == [over.pk]


@pytest.mark.parametrize(("code", "ends"), [("PREMIUM", True), ("PLUS", True), ("FREE", False)])
def test_a_plan_that_staff_replace_is_credited_for_the_part_not_used(code: str, ends: bool) -> None:
    reader = patron(balance="5.00")
    choose(reader, "PLUS")
    later = NOW + timedelta(days=12)
    for _ in range(2):
        given = services.give_plan(user_id=reader.pk, plan_code=code, reason="Prize", now=later)
    assert entries(reader)[1:] == [("subscription_credit", Decimal("3.00"))]
    assert (given.plan.code, given.paid, given.auto_renew) == (code, Decimal("0.00"), False)
    assert given.period_ends_at == (later + PERIOD if ends else None)


def test_a_period_that_is_over_is_not_credited_when_staff_give_a_plan() -> None:
    reader = patron(balance="5.00")
    choose(reader, "PLUS")
    services.give_plan(user_id=reader.pk, plan_code="PLUS", reason="Prize", now=NOW + PERIOD)
    assert entries(reader) == [("subscription", Decimal("-5.00"))]


def test_a_deleted_account_is_given_no_plan(now) -> None:
    reader = patron(balance="0")
    accounts.services.delete_account(user_id=reader.pk, now=now)
    with pytest.raises(accounts.queries.UserNotFound):
        services.give_plan(user_id=reader.pk, plan_code="PLUS", reason="Prize", now=now)
    assert subscription_of(user_id=reader.pk) is None


@pytest.mark.parametrize(
    ("terms", "follows", "again"),
    [
        ({"price": Decimal("7.00")}, "PLUS", True),
        ({"price": Decimal("7.00")}, "FREE", False),
        ({"max_copies": 6}, "PLUS", False),
    ],
)
def test_who_was_told_a_price_is_told_the_new_one(terms: dict, follows: str, again: bool) -> None:
    reader = patron(balance="20.00")
    choose(reader, "PLUS")
    choose(reader, follows)
    later = NOW + PERIOD - timedelta(days=2)
    assert services.remind_of_end(user_id=reader.pk, now=later)
    services.set_terms(code="PLUS", terms=terms)
    assert services.remind_of_end(user_id=reader.pk, now=later) is again
