"""The same event fifty times at once, on real threads and PostgreSQL: the money comes once."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from subscriptions import services
from subscriptions.models import LedgerEntry, Payment, ProviderEvent
from subscriptions.queries import wallet_of
from tests.factories.people import patron
from tests.subscriptions.payments.local_stripe import signed

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50


def told_at_once(bodies: list[bytes]) -> list[int]:
    together = Barrier(len(bodies))

    def tell(body: bytes) -> int:
        together.wait(timeout=30)
        try:
            path = "/api/v1/payments/webhook/stripe/"
            return Client().post(path, body, content_type="application/json", headers=signed(body)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(tell, bodies))


def a_paid_top_up(stripe) -> tuple[Payment, dict]:
    reader = patron(balance="0")
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal("20.00"), provider="stripe")
    return payment, stripe.pay(payment.provider_reference)


def test_one_event_fifty_times_at_once_credits_once(stripe) -> None:
    payment, session = a_paid_top_up(stripe)
    body = stripe.event("checkout.session.completed", session)
    assert told_at_once([body] * AT_ONCE) == [200] * AT_ONCE
    assert wallet_of(user_id=payment.wallet.user_id).balance == Decimal("20.00")
    assert LedgerEntry.objects.filter(kind="top_up").count() == 1
    assert list(ProviderEvent.objects.values_list("outcome", flat=True)) == ["credited"]


def test_fifty_events_about_one_payment_at_once_credit_once(stripe) -> None:
    payment, session = a_paid_top_up(stripe)
    kinds = ["checkout.session.completed", "checkout.session.async_payment_succeeded"] * (AT_ONCE // 2)
    assert told_at_once([stripe.event(kind, session) for kind in kinds]) == [200] * AT_ONCE
    assert wallet_of(user_id=payment.wallet.user_id).balance == Decimal("20.00")
    outcomes = sorted(ProviderEvent.objects.values_list("outcome", flat=True))
    assert outcomes == ["credited"] + ["nothing"] * (AT_ONCE - 1)
