"""What the clock does with plans: everything that is due, and one that fails does not keep the others waiting."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import User
from library_portal.outbox.models import OutboxEvent
from subscriptions import services, tasks
from subscriptions.models import Subscription, Wallet
from tests.factories.people import patron

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime.now(UTC)


def payer(*, began: timedelta) -> User:
    """On PLUS since so long ago, with money for another period."""
    reader = patron(balance="10.00")
    services.change_plan(user_id=reader.pk, plan_code="PLUS", now=NOW - began)
    return reader


def renewed(*readers: User) -> list[bool]:
    return [Subscription.objects.get(user=reader).period_ends_at > NOW for reader in readers]


def break_wallet(reader: User) -> None:
    """By somebody whom no trigger holds back: from then on the database refuses every movement of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Wallet.objects.filter(user=reader).update(balance=Decimal("99.00"))
        cursor.execute("RESET session_replication_role")


def test_all_whose_period_is_over_are_seen_to_in_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    over = [payer(began=timedelta(days=30 + n)) for n in range(3)]
    running = payer(began=timedelta(days=29))
    assert (tasks.end_periods(), tasks.end_periods()) == (3, 0)
    assert renewed(*over, running) == [True] * 4


def test_a_wallet_that_the_database_refuses_to_change_does_not_stop_the_others() -> None:
    """It was over first, so it would be in the way of all others for ever."""
    bad, *others = [payer(began=timedelta(days=40 - n)) for n in range(3)]
    break_wallet(bad)
    tasks.end_periods()
    assert renewed(bad, *others) == [False, True, True]


def test_people_are_told_once_that_their_period_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    for days in (27, 28, 29, 20):
        payer(began=timedelta(days=days))
    assert (tasks.remind_of_ends(), tasks.remind_of_ends()) == (3, 0)
    assert OutboxEvent.objects.filter(name="subscription.ends_soon").count() == 3
