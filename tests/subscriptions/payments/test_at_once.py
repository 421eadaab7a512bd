"""Fifty events at once, and events with the sweep, refunds and second thoughts, on real threads and PostgreSQL: money
comes and goes once.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from library_portal.errors import PortalError
from subscriptions import services
from subscriptions.models import LedgerEntry, Payment, PaymentRefund, ProviderEvent
from subscriptions.queries import wallet_of
from subscriptions.tasks import sweep_payments
from tests.factories.people import patron
from tests.factories.tokens import bearer
from tests.subscriptions.payments.local_stripe import signed

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each answered, or the refusal that it raised."""
    together = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        together.wait(timeout=30)
        try:
            return act()
        except PortalError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def tell(body: bytes) -> int:
    path = "/api/v1/payments/webhook/stripe/"
    return Client().post(path, body, content_type="application/json", headers=signed(body)).status_code


def told_at_once(bodies: list[bytes]) -> list[int]:
    return at_once([partial(tell, body) for body in bodies])


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


def test_webhook_sweep_and_giving_up_at_once_credit_once(stripe, now) -> None:
    payment, session = a_paid_top_up(stripe)
    acts: list[Callable[[], Any]] = []
    for _ in range(4):
        acts += [
            partial(tell, stripe.event("checkout.session.completed", session)),
            partial(services.sweep_payment, payment_id=payment.pk, now=now),
            partial(services.cancel_payment, payment_id=payment.pk, now=now),
        ]
    at_once(acts)
    payment.refresh_from_db()
    assert (payment.status, wallet_of(user_id=payment.wallet.user_id).balance) == ("confirmed", Decimal("20.00"))
    assert list(LedgerEntry.objects.values_list("kind", "amount")) == [("top_up", Decimal("20.00"))]


def test_refunds_at_once_give_back_no_more_than_was_paid(stripe, now) -> None:
    """Four forms of $8 each, sent twice, while the sweep asks for what is open: two fit into $20."""
    payment, _session = a_paid_top_up(stripe)
    services.sweep_payment(payment_id=payment.pk, now=now)
    about = {"payment_id": payment.pk, "amount": Decimal("8.00"), "reason": "asked", "by": payment.wallet.user_id}
    forms = [partial(services.refund_payment, **about, key=f"form {number // 2}", now=now) for number in range(8)]
    answers = at_once([*forms, sweep_payments, sweep_payments])[:8]
    given = {answer.pk for answer in answers if isinstance(answer, PaymentRefund)}
    assert (len(given), len(stripe.refunds)) == (2, 2)
    sweep_payments()
    assert list(PaymentRefund.objects.values_list("status", flat=True)) == ["done", "done"]
    payment.refresh_from_db()
    assert (payment.refunded, wallet_of(user_id=payment.wallet.user_id).balance) == (Decimal("16.00"), Decimal("4.00"))


def test_one_key_at_once_starts_one_payment(stripe) -> None:
    reader = patron(balance="0")
    headers = bearer(reader) | {"Idempotency-Key": "one"}
    body = {"amount": "5.00", "provider": "stripe"}
    acts = [partial(APIClient().post, "/api/v1/users/charge/", body, headers=headers) for _ in range(8)]
    assert {answer.status_code for answer in at_once(acts)} <= {201, 409}
    assert (Payment.objects.count(), len(stripe.sessions)) == (1, 1)
