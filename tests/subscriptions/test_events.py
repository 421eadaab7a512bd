"""Top-ups and plans record their events with the change, whole and once (docs/events.md)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from subscriptions import services
from tests.factories.news import News, movement
from tests.factories.people import patron

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
HALF, PERIOD = timedelta(days=15), timedelta(days=30)
Event = tuple[str, dict[str, Any]]


def changed(reader: User, plan: str, at: datetime) -> Event:
    return "subscription.changed", {"user_id": reader.pk, "plan": plan, "changed_at": at.isoformat()}


def test_a_top_up_is_told_of_when_it_begins_and_when_the_provider_has_it() -> None:
    reader, news = patron(balance="0"), News()
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal("5.00"), provider="test")
    ids = {"payment_id": payment.pk, "user_id": reader.pk, "amount": "5.00"}
    assert news() == [("payment.started", ids | {"provider": "test"})]
    for _ in range(3):
        services.confirm_payment(payment_id=payment.pk, now=NOW)
    assert news() == [
        movement(reader.pk, "5.00", "top_up", f"payment:{payment.pk}", "5.00"),
        ("payment.confirmed", ids | {"confirmed_at": NOW.isoformat()}),
    ]


def test_a_plan_from_the_first_day_until_the_wallet_is_empty() -> None:
    reader = patron(balance="22.50")
    news, now = News(), NOW

    def choose(plan: str) -> str:
        chosen = services.change_plan(user_id=reader.pk, plan_code=plan, now=now)
        return f"subscription:{chosen.pk}"

    about = choose("PLUS")
    assert news() == [movement(reader.pk, "-5.00", "subscription", about, "17.50"), changed(reader, "PLUS", now)]
    now += HALF
    choose("PREMIUM")
    assert news() == [
        movement(reader.pk, "2.50", "subscription_credit", about, "20.00"),
        movement(reader.pk, "-15.00", "subscription", about, "5.00"),
        changed(reader, "PREMIUM", now),
    ]
    for _ in range(2):
        choose("PLUS")
    assert news() == [changed(reader, "PREMIUM", now)]
    now += PERIOD
    assert services.end_period(user_id=reader.pk, now=now)
    ends_at = (now + PERIOD).isoformat()
    assert news() == [
        movement(reader.pk, "-5.00", "subscription", about, "0.00"),
        ("subscription.renewed", {"user_id": reader.pk, "plan": "PLUS", "charged": "5.00", "ends_at": ends_at}),
        changed(reader, "PLUS", now),
    ]
    now += PERIOD
    for _ in range(2):
        services.end_period(user_id=reader.pk, now=now)
    ended = {"user_id": reader.pk, "plan": "PLUS", "ended_at": now.isoformat()}
    assert news() == [("subscription.renewal_failed", ended), changed(reader, "FREE", now)]


def test_a_plan_that_nobody_renews_expires() -> None:
    reader = patron(balance="5.00")
    services.change_plan(user_id=reader.pk, plan_code="PLUS", now=NOW)
    services.set_auto_renew(user_id=reader.pk, auto_renew=False, now=NOW)
    news, now = News(), NOW + PERIOD
    for _ in range(2):
        services.end_period(user_id=reader.pk, now=now)
    ended = {"user_id": reader.pk, "plan": "PLUS", "ended_at": now.isoformat()}
    assert news() == [("subscription.expired", ended), changed(reader, "FREE", now)]
