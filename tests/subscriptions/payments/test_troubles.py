"""Providers that answer nonsense, slowly or not at all: nobody is charged twice, no money is forgotten, and one payment
that can't be read does not keep the others waiting.
"""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Role
from subscriptions import services, tasks
from subscriptions.models import Payment, PaymentRefund
from subscriptions.payments.provider import ProviderAway
from subscriptions.queries import wallet_of
from tests.factories.people import patron, person
from tests.subscriptions.payments.local_server import LocalProvider

pytestmark = pytest.mark.django_db
NONSENSE = [
    b"<html>Bad gateway</html>",
    b"[1, 2]",
    b"null",
    b"{}",
    b'{"status": 5, "id": null, "links": 7}',
    b"\xff\xfe",
]


@pytest.fixture
def reader():
    return patron(balance="0")


@pytest.fixture(params=["stripe", "paypal"])
def provider(request: pytest.FixtureRequest) -> LocalProvider:
    return request.getfixturevalue(request.param)


def started(reader, provider: LocalProvider, amount: str = "20.00") -> Payment:
    name = type(provider).__name__.removeprefix("Local").lower()
    return services.start_top_up(user_id=reader.pk, amount=Decimal(amount), provider=name)


def paid(reader, provider: Any, now) -> Payment:
    payment = started(reader, provider)
    pay(provider, payment)
    services.sweep_payment(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    return payment


def pay(provider: Any, payment: Payment) -> None:
    (provider.pay if hasattr(provider, "pay") else provider.approve)(payment.provider_reference)


def give_back(payment: Payment, now, key: str = "k", amount: str = "5.00") -> PaymentRefund:
    chief = person(Role.ADMIN).pk
    return services.refund_payment(
        payment_id=payment.pk, amount=Decimal(amount), reason="asked", by=chief, key=key, now=now
    )


def balance(reader) -> Decimal:
    return wallet_of(user_id=reader.pk).balance


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_an_answer_that_cannot_be_read_settles_nothing(reader, provider, now, nonsense: bytes) -> None:
    payment, confirmed = started(reader, provider), paid(reader, provider, now)
    pay(provider, payment)
    provider.nonsense = nonsense
    with pytest.raises(ProviderAway):
        started(reader, provider)
    with suppress(ProviderAway):
        assert services.sweep_payment(payment_id=payment.pk, now=now) == "pending"
    assert give_back(confirmed, now).status == "pending"
    assert balance(reader) == Decimal("15.00")
    provider.nonsense = None
    Payment.objects.update(created_at=now - timedelta(hours=1))
    tasks.sweep_payments()
    assert balance(reader) == Decimal("35.00")
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["confirmed", "confirmed", "failed"]
    assert (PaymentRefund.objects.get().status, len(provider.refunds)) == ("done", 1)


def test_one_that_cannot_be_read_does_not_keep_the_others_waiting(reader, stripe, now) -> None:
    odd, good = started(reader, stripe), started(reader, stripe)
    for payment in (odd, good):
        pay(stripe, payment)
    del stripe.sessions[odd.provider_reference]["currency"]
    Payment.objects.update(created_at=now - timedelta(hours=1))
    tasks.sweep_payments()
    assert list(Payment.objects.order_by("pk").values_list("status", flat=True)) == ["pending", "confirmed"]


def test_a_provider_that_is_away_is_asked_once_in_a_run(reader, paypal, now) -> None:
    confirmed = paid(reader, paypal, now)
    paypal.away = True
    assert [give_back(confirmed, now, key=str(n), amount="1.00").status for n in range(3)] == ["pending"] * 3
    asked = len(paypal.seen)
    tasks.sweep_payments()
    assert len(paypal.seen) == asked + 1


@pytest.mark.parametrize("trouble", ["away", "loses_answers"])
def test_what_is_paid_while_answers_are_lost_is_found_and_counts_once(reader, provider, now, trouble: str) -> None:
    payment = started(reader, provider)
    pay(provider, payment)
    setattr(provider, trouble, True)
    with pytest.raises(ProviderAway):
        services.sweep_payment(payment_id=payment.pk, now=now)
    setattr(provider, trouble, False)
    assert [services.sweep_payment(payment_id=payment.pk, now=now) for _ in range(2)] == ["confirmed"] * 2
    assert balance(reader) == Decimal("20.00")


def test_a_refund_that_was_cut_short_is_looked_for_before_it_is_asked_for_again(reader, stripe, now) -> None:
    """The process died after Stripe had done it; when the sweep comes, Stripe has forgotten the key."""
    payment = paid(reader, stripe, now)
    stripe.ends_the_caller = True
    with pytest.raises(KeyboardInterrupt):
        give_back(payment, now)
    stripe.ends_the_caller = False
    stripe.kept.clear()
    tasks.sweep_payments()
    assert (PaymentRefund.objects.get().status, len(stripe.refunds)) == ("done", 1)


def test_a_refund_that_is_not_found_again_is_not_taken_for_refused(reader, provider, now) -> None:
    """With the keys of another account, say: whether it was given back is not known, and so it is in no wallet."""
    payment = paid(reader, provider, now)
    provider.refund_status = {"stripe": "pending", "paypal": "PENDING"}[payment.provider]
    give_back(payment, now)
    for kept in (provider.refunds, provider.sessions if payment.provider == "stripe" else provider.orders):
        kept.clear()
    tasks.sweep_payments()
    assert (PaymentRefund.objects.get().status, balance(reader)) == ("pending", Decimal("15.00"))
