"""Two workers renew the same plans at once: each is charged once (rules.md, "Plans")."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import User
from subscriptions import services
from subscriptions.models import LedgerEntry, Plan, Subscription, Wallet
from subscriptions.queries import ended_periods

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
PEOPLE = 300


@pytest.fixture
def ended(transactional_db: None) -> None:
    """Half of them can pay."""
    plus = Plan.objects.get(code="PLUS")
    people = User.objects.bulk_create(
        User(username=f"reader-{n}", email=f"r{n}@library.example") for n in range(PEOPLE)
    )
    Wallet.objects.bulk_create(Wallet(user=person) for person in people)
    for person in people[::2]:
        services.adjust(user_id=person.pk, amount=Decimal("7.00"), reason="test", key=f"test:{person.pk}")
    Subscription.objects.bulk_create(
        Subscription(user=person, plan=plus, period_started_at=NOW - timedelta(days=30), period_ends_at=NOW)
        for person in people
    )


def work(start: threading.Barrier) -> int:
    try:
        start.wait()
        done = 0
        while todo := ended_periods(now=NOW, after=0, limit=1000):
            done += sum(services.end_period(user_id=user_id, now=NOW) for user_id in todo)
        return done
    finally:
        connection.close()


def test_each_is_renewed_or_ended_once(ended: None) -> None:
    start = threading.Barrier(3)
    with ThreadPoolExecutor(3) as workers:
        done = sum(workers.map(work, [start] * 3))
    assert done == PEOPLE
    charged = LedgerEntry.objects.filter(kind="subscription").values_list("amount", flat=True)
    assert list(charged) == [Decimal("-5.00")] * (PEOPLE // 2)
    assert (
        Subscription.objects.filter(plan__code="PLUS", period_ends_at=NOW + timedelta(days=30)).count() == PEOPLE // 2
    )
    assert Subscription.objects.filter(plan__code="FREE", period_ends_at=None).count() == PEOPLE // 2
