"""A patron's payments: the list, the page of each as it stands, and by the API; everybody their own."""

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from subscriptions import services
from subscriptions.models import LedgerEntry, Payment
from tests.factories.people import patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client):
    reader = patron(balance="0")
    client.force_login(reader)
    return reader


def started(reader, amount: str = "5.00", **state: Any) -> Payment:
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal(amount), provider="test")
    Payment.objects.filter(pk=payment.pk).update(**state)
    return payment


def test_the_list_shows_ones_own_newest_first(client, reader, django_assert_max_num_queries) -> None:
    wallet = started(reader).wallet
    Payment.objects.bulk_create(Payment(wallet=wallet, amount=5, provider="test") for _ in range(22))
    mine = list(wallet.payments.order_by("pk").values_list("pk", flat=True))
    started(patron())
    with django_assert_max_num_queries(6):
        first = client.get("/me/wallet/payments/").context
    second = client.get(f"/me/wallet/payments/?before={first['older']}").context
    assert [payment.pk for page in (first, second) for payment in page["payments"]] == mine[::-1]
    assert (len(first["payments"]), second["older"]) == (20, None)


def test_only_what_is_open_can_still_be_paid_from_the_list(client, reader, now) -> None:
    given_up, still_open = started(reader, "3.00"), started(reader, "4.00")
    services.cancel_payment(payment_id=given_up.pk, now=now)
    page = client.get("/me/wallet/payments/").content.decode()
    assert still_open.address in page
    assert given_up.address not in page


def test_who_has_paid_nothing_is_shown_the_way(client, reader) -> None:
    page = client.get("/me/wallet/payments/").content.decode()
    assert "No payment yet" in page
    assert 'href="/me/wallet/">Top up your wallet</a>' in page


def test_the_wallet_leads_to_what_is_not_confirmed_yet(client, reader, now) -> None:
    payment = started(reader, "7.00")
    there = f'href="/me/wallet/payments/{payment.pk}/"'
    assert there in client.get("/me/wallet/").content.decode()
    services.cancel_payment(payment_id=payment.pk, now=now)
    assert there not in client.get("/me/wallet/").content.decode()


@pytest.mark.parametrize(
    ("state", "in_words", "news", "can"),
    [
        ({}, "Unconfirmed", "has not confirmed this", ["Go on paying", "Look again", "Cancel payment"]),
        ({"status": "failed"}, "Failed", "The payment did not work. Nothing was charged.", ["Try again"]),
        ({"status": "cancelled"}, "Cancelled", "You gave this payment up. Nothing was charged.", ["Try again"]),
        ({"status": "expired"}, "Expired", "Nobody paid it in time. Nothing was charged.", ["Try again"]),
        ({"status": "held", "problem": "mismatch"}, "Under review", "The payment provider has your money", []),
    ],
)  # fmt: skip
def test_each_state_in_words_with_what_can_be_done(client, reader, state, in_words, news, can) -> None:
    payment = started(reader, **state)
    page = client.get(f"/me/wallet/payments/{payment.pk}/").content.decode()
    assert f">{in_words}</span>" in page
    assert f">{in_words}</span>" in client.get("/me/wallet/payments/").content.decode()
    assert news in page
    deeds = ["Go on paying", "Look again", "Cancel payment", "Try again", "Receipt"]
    assert [deed for deed in deeds if f">{deed}<" in page] == can


def test_what_went_back_of_a_payment_is_told_and_no_more_is_said_to_be_there(client, reader, now) -> None:
    payment = services.confirm_payment(payment_id=started(reader, "20.00").pk, now=now)
    entry = LedgerEntry.objects.get(kind="top_up")
    address = f"/me/wallet/payments/{payment.pk}/"
    assert f'href="/me/wallet/entries/{entry.pk}/"' in client.get(address).content.decode()
    receipt = client.get(f"/me/wallet/entries/{entry.pk}/").content.decode()
    assert f'<a href="{address}">Payment {payment.pk}</a>' in receipt
    for amount, in_words in (("5.00", "Paid"), ("15.00", "Given back")):
        services.refund_payment(
            payment_id=payment.pk, amount=Decimal(amount), reason="asked for", by=reader.pk, key=amount, now=now
        )
        page = client.get(address).content.decode()
        assert f">{in_words}</span>" in page
        assert f"<dd>${amount}</dd>" in page
    assert "came into your wallet" not in page


def test_one_goes_on_after_the_payment_that_one_left_for(client, reader, now) -> None:
    older = services.confirm_payment(payment_id=started(reader).pk, now=now)
    client.post("/me/wallet/top-up/", {"amount": "3.50", "provider": "test", "next": "/books/1/reserve/"})
    services.confirm_payment(payment_id=Payment.objects.latest("pk").pk, now=now)
    shown = [client.get(f"/me/wallet/payments/{pk}/").context["go_on"] for pk in (older.pk, older.pk + 1)]
    assert shown == ["", "/books/1/reserve/"]


def test_who_was_paying_while_the_portal_was_upgraded_comes_back(client, reader) -> None:
    session = client.session
    session["after_payment"] = "/books/1/reserve/"
    session.save()
    assert client.get(f"/me/wallet/payments/{started(reader).pk}/").status_code == 200


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"status": "expired"}, "This payment is no longer open. Nothing was charged."),
        ({"status": "held", "problem": "mismatch"},
         "You paid, and the money could not be put into the wallet. The library looks into it."),
    ],
)  # fmt: skip
def test_the_test_provider_says_how_a_settled_payment_stands(client, reader, state, said) -> None:
    payment = started(reader, **state)
    there = payment.address.removeprefix(settings.PUBLIC_URL)
    assert 'name="confirm"' not in client.get(there).content.decode()
    answer = client.post(there, {"confirm": ""}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [said]


def test_the_api_lists_ones_own_by_cursor(reader) -> None:
    mine = [started(reader).pk for _ in range(3)]
    started(patron())
    first = Client().get("/api/v1/payments/?page_size=2", headers=bearer(reader)).json()
    second = Client().get(first["next"], headers=bearer(reader)).json()
    assert [payment["id"] for page in (first, second) for payment in page["results"]] == mine[::-1]
    assert first["results"][0].keys() == {
        "id", "amount", "refunded", "provider", "status", "created_at", "confirmed_at", "checkout_url"
    }  # fmt: skip
