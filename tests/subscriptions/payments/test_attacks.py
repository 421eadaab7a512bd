"""Strangers at the webhooks' door, patrons who want each other's payments or more of them than they need."""

import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import signing
from rest_framework.test import APIClient

from subscriptions import services
from subscriptions.models import Payment, ProviderEvent
from subscriptions.payments.built_in import PAGE, WEBHOOK
from subscriptions.queries import wallet_of
from tests.factories.people import patron
from tests.factories.tokens import bearer
from tests.subscriptions.payments.local_stripe import signed

pytestmark = pytest.mark.django_db
CHARGE = "/api/v1/users/charge/"


@pytest.fixture
def reader():
    return patron(balance="0")


def tell(api: APIClient, provider: str, body: bytes, headers: dict[str, str], kind: str = "application/json") -> int:
    path = f"/api/v1/payments/webhook/{provider}/"
    return api.generic("POST", path, body, content_type=kind, headers=headers).status_code


def outcomes() -> list[str]:
    return list(ProviderEvent.objects.order_by("pk").values_list("outcome", flat=True))


def balance(reader) -> Decimal:
    return wallet_of(user_id=reader.pk).balance


def started(reader, provider: str) -> Payment:
    return services.start_top_up(user_id=reader.pk, amount=Decimal("20.00"), provider=provider)


RUBBISH = [b"", b"{", b"[]", b"null", b"\xff\xfe{}", b'{"id": NaN}', b"[" * 99_999, b"\0", b"a=1&b=2"]
KINDS = ["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"]


@pytest.mark.parametrize("provider", ["stripe", "paypal", "test"])
def test_rubbish_without_a_signature_is_refused_and_nobody_is_asked(api, stripe, paypal, provider) -> None:
    answers = {(body[:9], kind): tell(api, provider, body, {}, kind) for body in RUBBISH for kind in KINDS}
    assert {what: status for what, status in answers.items() if status != 400} == {}
    assert (outcomes(), paypal.seen, stripe.seen) == ([], [], [])


def test_a_huge_body_is_refused_before_it_is_read(api, stripe) -> None:
    body = b" " * (2 * 1024 * 1024 + 1)
    assert tell(api, "stripe", body, signed(body)) == 413


def test_what_is_signed_counts_whatever_it_calls_itself(api, reader, stripe) -> None:
    """The signature is over the bytes; nothing else of the request is believed."""
    payment = started(reader, "stripe")
    body = stripe.event("checkout.session.completed", stripe.pay(payment.provider_reference))
    assert tell(api, "stripe", body, signed(body), "multipart/form-data; boundary=x") == 200
    assert balance(reader) == Decimal("20.00")


def test_a_provider_speaks_of_its_own_payments_only(api, reader, stripe, paypal) -> None:
    theirs = started(reader, "paypal")
    session = stripe.pay(started(reader, "stripe").provider_reference)
    about = stripe.event("checkout.session.completed", session, client_reference_id=str(theirs.pk))
    refund = {"id": "re_1", "payment_intent": "", "amount": 1, "currency": "usd", "status": "succeeded"}
    back = stripe.event("refund.created", refund, metadata={"payment": str(theirs.pk), "refund": "1"})
    assert [tell(api, "stripe", body, signed(body)) for body in (about, back)] == [200, 200]
    theirs.refresh_from_db()
    assert (balance(reader), theirs.status, outcomes()) == (0, "pending", ["unknown", "unknown"])


@pytest.mark.parametrize("header", ["Paypal-Cert-Url", "Paypal-Auth-Algo"])
def test_nothing_that_a_stranger_names_is_fetched(api, reader, paypal, header) -> None:
    """The certificate's address goes to PayPal as it is; only PayPal is asked."""
    started(reader, "paypal")
    asked, body = len(paypal.seen), paypal.event("PAYMENT.CAPTURE.COMPLETED", {})
    headers = paypal.signed(b"another event") | {header: "http://169.254.169.254/latest/meta-data/"}
    assert tell(api, "paypal", body, headers) == 400
    assert paypal.seen[asked:] == ["POST /v1/oauth2/token", "POST /v1/notifications/verify-webhook-signature"]


def said_by_the_test_provider(payment: Payment, state: str = "paid", **changed: Any) -> dict[str, Any]:
    said = {"state": state, "event": "e1", "payment": str(payment.pk), "reference": payment.provider_reference}
    return said | {"amount": "20.00", "currency": "USD"} | changed


class SixMinutesAgo(signing.TimestampSigner):
    def timestamp(self) -> str:
        return signing.b62_encode(int(time.time()) - 360)


def test_the_test_providers_own_webhook_counts_once_and_only_if_signed_here(api, reader) -> None:
    payment = started(reader, "test")
    said = said_by_the_test_provider(payment)
    for forged in (
        signing.dumps(said, salt=PAGE),  # what its page is named by is no webhook
        signing.dumps(said, salt=WEBHOOK, key="a stranger's"),
        signing.dumps(said, salt=WEBHOOK)[:-1],
        SixMinutesAgo(salt=WEBHOOK).sign_object(said),
    ):
        assert tell(api, "test", forged.encode(), {}) == 400
    assert balance(reader) == 0
    good = signing.dumps(said, salt=WEBHOOK).encode()
    assert [tell(api, "test", good, {}) for _ in range(2)] == [200, 200]
    assert (balance(reader), outcomes()) == (Decimal("20.00"), ["credited"])


def test_a_provider_that_is_off_has_no_door(api, reader, settings) -> None:
    payment = started(reader, "test")
    settings.PAYMENT_PROVIDERS = []
    body = signing.dumps(said_by_the_test_provider(payment), salt=WEBHOOK).encode()
    assert [tell(api, name, body, {}) for name in ("test", "stripe", "paypal", "gold")] == [404] * 4
    assert api.post(f"/pay/test/{signing.dumps(payment.pk, salt=PAGE)}/", {"confirm": ""}).status_code == 404
    assert balance(reader) == 0


NO_AMOUNTS = ["0", "-5", "0.99", "500.01", "5.001", "NaN", "Infinity", "1e400", "9" * 30, "", None, [], {}, True]


def test_amounts_that_are_none_start_nothing(api, reader) -> None:
    headers = bearer(reader)
    for amount in NO_AMOUNTS:
        answer = api.post(CHARGE, {"amount": amount, "provider": "test"}, headers=headers, format="json")
        assert (amount, answer.status_code, list(answer.json()["errors"])) == (amount, 400, ["amount"])
    assert not Payment.objects.exists()


def test_top_ups_of_one_person_are_limited_by_the_hour(api, client, reader, settings, now) -> None:
    settings.TOP_UPS_PER_HOUR = 2
    asked = {"amount": "5.00", "provider": "test"}
    answers = [api.post(CHARGE, asked, headers=bearer(reader)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["code"] == "rate_limited"
    assert 3500 < int(answers[2]["Retry-After"]) <= 3600
    client.force_login(reader)
    assert client.post("/me/wallet/top-up/", asked).status_code == 429
    assert api.post(CHARGE, asked, headers=bearer(patron())).status_code == 201
    Payment.objects.update(created_at=now - timedelta(minutes=61))
    assert api.post(CHARGE, asked, headers=bearer(reader)).status_code == 201


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_paying_leads_nowhere_else(client, reader, settings, there) -> None:
    client.force_login(reader)
    page = client.post("/me/wallet/top-up/", {"amount": "5", "provider": "test", "next": there})["Location"]
    paid = client.post(page.removeprefix(settings.PUBLIC_URL), {"confirm": "", "next": there})
    assert paid["Location"] == "/me/wallet/"
    shown = client.get(f"/me/wallet/payments/{Payment.objects.get().pk}/", {"next": there}).content.decode()
    assert f'href="{there}' not in shown


def test_a_charge_that_was_cut_short_is_found_by_its_repetition(api, reader, stripe) -> None:
    """The process died before it had read Stripe's answer."""
    headers = bearer(reader) | {"Idempotency-Key": "one"}
    stripe.ends_the_caller = True
    with pytest.raises(KeyboardInterrupt):
        api.post(CHARGE, {"amount": "5.00", "provider": "stripe"}, headers=headers)
    stripe.ends_the_caller = False
    answer = api.post(CHARGE, {"amount": "5.00", "provider": "stripe"}, headers=headers)
    [session] = stripe.sessions.values()
    assert (answer.status_code, answer.json()["checkout_url"]) == (201, session["url"])
    assert Payment.objects.count() == 1


def test_what_providers_said_is_forgotten_in_time(reader, settings, now) -> None:
    payment = started(reader, "test")
    for number, age in enumerate([0, 399, 401]):
        ProviderEvent.objects.create(
            provider="test", event_id=str(number), kind="paid", payment=payment, outcome="nothing",
            received_at=now - timedelta(days=age),
        )  # fmt: skip
    assert [services.forget_provider_events(now=now) for _ in range(2)] == [1, 0]
    assert sorted(ProviderEvent.objects.values_list("event_id", flat=True)) == ["0", "1"]
