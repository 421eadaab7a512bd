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
    services.cancel_payment(payment_id=payment.pk, now=now)
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


@pytest.fixture
def confirmed(payment, paypal, now) -> Payment:
    paypal.approve(payment.provider_reference)
    services.sweep_payment(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    return payment


@pytest.mark.parametrize(
    ("kind", "state"), [("PAYMENT.CAPTURE.REFUNDED", "COMPLETED"), ("PAYMENT.CAPTURE.REVERSED", "X")]
)
@pytest.mark.parametrize("names_the_payment", [True, False])
def test_what_goes_back_at_paypals_own_pages_is_for_the_admins_to_see(
    api, reader, confirmed, paypal, kind, state, names_the_payment
) -> None:
    about = {"id": "R1", "status": state, "amount": {"currency_code": "USD", "value": "20.10"}}
    capture = f"https://api.paypal.com/v2/payments/captures/{confirmed.charge_reference}"
    named = {"custom_id": str(confirmed.pk)} if names_the_payment else {"links": [{"rel": "up", "href": capture}]}
    body = paypal.event(kind, about | named)
    assert tell(api, body, paypal.signed(body)) == 200
    assert [event.outcome for event in confirmed.events.all()] == ["unasked"]
    assert balance(reader) == Decimal("20.10")


def test_a_dispute_is_for_the_admins_to_see(api, reader, confirmed, paypal, caplog) -> None:
    case = {
        "dispute_id": "PP-D-1",
        "disputed_transactions": [{"seller_transaction_id": confirmed.charge_reference}],
        "dispute_amount": {"currency_code": "USD", "value": "20.10"},
        "messages": [{"posted_by": "BUYER", "content": "I want it back"}],
    }
    for kind in ("CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED"):
        body = paypal.event(kind, case)
        assert tell(api, body, paypal.signed(body)) == 200
    assert [event.outcome for event in confirmed.events.all()] == ["disputed", "disputed"]
    assert balance(reader) == Decimal("20.10")
    assert f"Payment {confirmed.pk}: CUSTOMER.DISPUTE.CREATED" in caplog.text
    assert "I want it back" not in caplog.text


def test_money_that_takes_days_is_not_given_up_after_one(reader, payment, paypal, now) -> None:
    paypal.capture(paypal.approve(payment.provider_reference))
    capture_of(paypal, payment)["status"] = "PENDING"  # an electronic cheque
    in_two_days = now + timedelta(days=2)
    assert services.sweep_payment(payment_id=payment.pk, now=in_two_days) == "pending"
    capture_of(paypal, payment)["status"] = "COMPLETED"
    assert services.sweep_payment(payment_id=payment.pk, now=in_two_days) == "confirmed"
    assert balance(reader) == Decimal("20.10")


@pytest.mark.parametrize(
    ("capture", "status", "credited"), [("PENDING", "pending", "0"), ("COMPLETED", "confirmed", "20.10")]
)
def test_who_gives_up_what_was_collected_hears_how_it_stands(
    reader, payment, paypal, now, capture, status, credited
) -> None:
    paypal.capture(paypal.approve(payment.provider_reference))
    capture_of(paypal, payment)["status"] = capture
    assert services.cancel_payment(payment_id=payment.pk, now=now).status == status
    assert balance(reader) == Decimal(credited)


def test_what_nobody_agrees_to_in_a_day_is_given_up_and_not_collected_later(api, reader, payment, paypal, now) -> None:
    tomorrow = now + timedelta(days=1, minutes=1)
    assert services.sweep_payment(payment_id=payment.pk, now=tomorrow) == "expired"
    body = paypal.event("CHECKOUT.ORDER.APPROVED", paypal.approve(payment.provider_reference))
    assert tell(api, body, paypal.signed(body)) == 200
    assert (paypal.orders[payment.provider_reference]["status"], balance(reader)) == ("APPROVED", 0)


def test_a_refund_that_takes_days_is_asked_for_by_its_number(reader, confirmed, paypal, now) -> None:
    """After 45 days PayPal has forgotten the key: asked by that, it would give back once more."""
    paypal.refund_status = "PENDING"
    services.refund_payment(payment_id=confirmed.pk, amount=Decimal(5), reason="asked", by=reader.pk, key="r", now=now)
    paypal.kept.clear()
    [made] = paypal.refunds.values()
    made["status"] = "COMPLETED"
    refund = services.ask_for_refund(refund_id=confirmed.refunds.get().pk, now=now)
    assert (refund.status, len(paypal.refunds)) == ("done", 1)
