"""PayPal's orders against a server that speaks its protocol: agreeing, collecting, events signed by RSA."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from subscriptions import services
from subscriptions.models import Payment, ProviderEvent
from subscriptions.queries import wallet_of
from tests.factories.people import patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
WEBHOOK = "/api/v1/payments/webhook/paypal/"


@pytest.fixture
def reader():
    return patron(balance="0")


@pytest.fixture
def payment(reader, paypal) -> Payment:
    return services.start_top_up(user_id=reader.pk, amount=Decimal("20.10"), provider="paypal")


def tell(api, body: bytes, headers: dict[str, str]) -> int:
    return api.post(WEBHOOK, body, content_type="application/json", headers=headers).status_code


def capture_of(paypal, payment: Payment) -> dict:
    return paypal.orders[payment.provider_reference]["purchase_units"][0]["payments"]["captures"][0]


def outcomes() -> list[str]:
    return list(ProviderEvent.objects.order_by("pk").values_list("outcome", flat=True))


def balance(reader) -> Decimal:
    return wallet_of(user_id=reader.pk).balance


def test_a_top_up_is_agreed_to_at_paypal_collected_and_credited_once(api, reader, paypal) -> None:
    asked = {"amount": "20.10", "provider": "paypal"}
    answer = api.post("/api/v1/users/charge/", asked, headers=bearer(reader))
    [(name, order)] = paypal.orders.items()
    assert answer.json()["checkout_url"] == f"https://www.paypal.com/checkoutnow?token={name}"
    payment = Payment.objects.get()
    unit = {"custom_id": str(payment.pk), "amount": {"currency_code": "USD", "value": "20.10"}}
    assert order["purchase_units"] == [unit]
    body = paypal.event("CHECKOUT.ORDER.APPROVED", paypal.approve(name))
    assert [tell(api, body, paypal.signed(body)) for _ in range(2)] == [200, 200]
    assert balance(reader) == Decimal("20.10")
    body = paypal.event("PAYMENT.CAPTURE.COMPLETED", capture_of(paypal, payment))
    assert tell(api, body, paypal.signed(body)) == 200
    payment.refresh_from_db()
    assert (payment.status, payment.charge_reference) == ("confirmed", f"CAPTURE-{name}")
    assert (balance(reader), outcomes()) == (Decimal("20.10"), ["nothing", "nothing"])


def test_the_capture_alone_credits_too(api, reader, payment, paypal) -> None:
    paypal.capture(paypal.approve(payment.provider_reference))
    body = paypal.event("PAYMENT.CAPTURE.COMPLETED", capture_of(paypal, payment))
    assert [tell(api, body, paypal.signed(body)) for _ in range(2)] == [200, 200]
    assert (balance(reader), outcomes()) == (Decimal("20.10"), ["credited"])


@pytest.mark.parametrize("what", ["forged", "stale", "altered", "unsigned", "smuggled", "another webhook's", "no time"])
def test_what_paypal_did_not_sign_changes_nothing(api, reader, payment, paypal, what) -> None:
    paypal.capture(paypal.approve(payment.provider_reference))
    body = paypal.event("PAYMENT.CAPTURE.COMPLETED", capture_of(paypal, payment))
    good = paypal.signed(body)
    sent, headers = {
        "forged": (body, good | {"Paypal-Transmission-Sig": "Zm9yZ2Vk"}),
        "stale": (body, paypal.signed(body, at=datetime.now(UTC) - timedelta(days=5))),
        "altered": (body.replace(b'"20.10"', b'"20.11"'), good),
        "unsigned": (body, {}),
        "smuggled": (b'{}, "webhook_id": "mine", "more": ' + body, good),
        "another webhook's": (body, paypal.signed(body, webhook_id="WH-OF-ANOTHER-SITE")),
        "no time": (body, good | {"Paypal-Transmission-Time": "yesterday"}),
    }[what]
    asked = len(paypal.seen)
    assert tell(api, sent, headers) == 400
    assert (balance(reader), outcomes()) == (0, [])
    if what in ("stale", "unsigned", "smuggled", "no time"):
        assert len(paypal.seen) == asked  # nobody makes us ask PayPal by sending rubbish


def test_a_webhook_that_cannot_be_checked_is_asked_for_again(api, reader, payment, paypal) -> None:
    paypal.capture(paypal.approve(payment.provider_reference))
    body = paypal.event("PAYMENT.CAPTURE.COMPLETED", capture_of(paypal, payment))
    paypal.away = True
    assert tell(api, body, paypal.signed(body)) == 503
    paypal.away = False
    assert tell(api, body, paypal.signed(body)) == 200
    assert balance(reader) == Decimal("20.10")


@pytest.mark.parametrize(
    "amount", [{"currency_code": "USD", "value": "20.11"}, {"currency_code": "EUR", "value": "20.10"}]
)
def test_another_amount_or_currency_is_held(api, reader, payment, paypal, amount) -> None:
    paypal.capture(paypal.approve(payment.provider_reference))
    body = paypal.event("PAYMENT.CAPTURE.COMPLETED", capture_of(paypal, payment), amount=amount)
    assert tell(api, body, paypal.signed(body)) == 200
    payment.refresh_from_db()
    assert (balance(reader), payment.status, payment.problem) == (0, "held", "mismatch")


def test_who_gave_up_here_is_not_charged_for_agreeing_there_later(api, reader, payment, paypal, now) -> None:
    services.cancel_payment(payment_id=payment.pk)
    body = paypal.event("CHECKOUT.ORDER.APPROVED", paypal.approve(payment.provider_reference))
    assert tell(api, body, paypal.signed(body)) == 200
    assert paypal.orders[payment.provider_reference]["status"] == "APPROVED"
    assert balance(reader) == 0


def test_the_sweep_collects_what_was_agreed_to(reader, payment, paypal, now) -> None:
    paypal.approve(payment.provider_reference)
    paypal.declines = True
    assert services.sweep_payment(payment_id=payment.pk, now=now) == "pending"
    paypal.declines, paypal.kept = False, {}
    assert services.sweep_payment(payment_id=payment.pk, now=now) == "confirmed"
    assert balance(reader) == Decimal("20.10")


def test_an_order_that_is_gone_is_a_payment_that_failed(reader, payment, paypal, now) -> None:
    paypal.orders.clear()
    assert services.sweep_payment(payment_id=payment.pk, now=now) == "failed"


def test_a_refund_goes_back_through_the_capture(reader, payment, paypal, now) -> None:
    paypal.approve(payment.provider_reference)
    services.sweep_payment(payment_id=payment.pk, now=now)
    refund = services.refund_payment(
        payment_id=payment.pk, amount=Decimal("5.10"), reason="asked", by=reader.pk, key="r", now=now
    )
    [made] = paypal.refunds.values()
    assert made["amount"] == {"currency_code": "USD", "value": "5.10"}
    assert (refund.status, refund.provider_reference, balance(reader)) == ("done", made["id"], Decimal("15.00"))
