"""The page people return to says how the payment stands and credits nothing."""

from decimal import Decimal

import pytest
from django.test import Client

from subscriptions import services
from subscriptions.models import Payment
from subscriptions.queries import wallet_of
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client):
    reader = patron(balance="0")
    client.force_login(reader)
    return reader


def go_and_pay(client: Client) -> str:
    """The provider's page, as the form leads there."""
    return client.post("/me/wallet/top-up/", {"amount": "20", "provider": "stripe"})["Location"]


def test_coming_back_shows_the_state_and_credits_nothing(client, reader, stripe, now) -> None:
    there = go_and_pay(client)
    payment = Payment.objects.get()
    assert there == stripe.sessions[payment.provider_reference]["url"]
    stripe.pay(payment.provider_reference)
    page = client.get(f"/me/wallet/payments/{payment.pk}/").content.decode()
    assert "has not confirmed this payment yet" in page
    assert wallet_of(user_id=reader.pk).balance == 0
    services.sweep_payment(payment_id=payment.pk, now=now)
    assert "The money came into your wallet" in client.get(f"/me/wallet/payments/{payment.pk}/").content.decode()


def test_who_gives_up_pays_no_more(client, reader, stripe) -> None:
    go_and_pay(client)
    payment = Payment.objects.get()
    page = client.post(f"/me/wallet/payments/{payment.pk}/", follow=True).content.decode()
    assert "Nothing was charged." in page
    assert stripe.sessions[payment.provider_reference]["status"] == "expired"


def test_who_gives_up_what_is_underway_is_told_that_it_comes(client, reader, stripe) -> None:
    go_and_pay(client)
    payment = Payment.objects.get()
    stripe.sessions[payment.provider_reference]["status"] = "complete"  # a debit that takes days
    page = client.post(f"/me/wallet/payments/{payment.pk}/", follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "The money is underway already: nobody can stop it. Your wallet will have it."
    ]
    assert page.context["payment"].status == "pending"


def test_a_provider_that_is_away_is_told_at_the_form(client, reader, stripe) -> None:
    stripe.away = True
    answer = client.post("/me/wallet/top-up/", {"amount": "20", "provider": "stripe"})
    assert answer.status_code == 503
    assert "does not answer at the moment" in answer.content.decode()


def test_a_payment_is_its_patrons_own(client, reader, stripe) -> None:
    other = services.start_top_up(user_id=patron().pk, amount=Decimal("5"), provider="stripe")
    assert client.get(f"/me/wallet/payments/{other.pk}/").status_code == 404
    assert client.post(f"/me/wallet/payments/{other.pk}/").status_code == 404
    other.refresh_from_db()
    assert other.status == "pending"
