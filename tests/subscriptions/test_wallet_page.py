"""The wallet's pages: balance, debts, statement, top-up through the built-in test provider."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client

from subscriptions import queries, services
from subscriptions.models import LedgerEntry, Payment
from tests.factories.people import patron

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(client: Client):
    reader = patron(balance="0")
    client.force_login(reader)
    return reader


def balance_of(reader) -> Decimal:
    return queries.wallet_of(user_id=reader.pk).balance


def start(client: Client, amount: str = "20.00") -> str:
    """The path of the provider's page."""
    there = client.post("/me/wallet/top-up/", {"amount": amount, "provider": "test"}).url
    return there.removeprefix(settings.PUBLIC_URL)


def test_money_appears_only_when_the_provider_confirms_and_only_once(client, reader) -> None:
    there = start(client)
    assert balance_of(reader) == 0
    page = client.get(there).content.decode()
    assert "Pay $20.00" in page
    for _ in range(2):
        answer = client.post(there, {"confirm": ""}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["$20.00 arrived in your wallet."]
    assert balance_of(reader) == 20


def test_who_was_sent_to_top_up_goes_on_where_they_were_once(client, reader) -> None:
    page = client.get("/me/wallet/", {"amount": "3.50", "next": "/books/1/reserve/?days=7"}).content.decode()
    assert 'name="next" value="/books/1/reserve/?days=7"' in page
    assert 'name="amount" value="3.50"' in page
    body = {"amount": "3.50", "provider": "test", "next": "/books/1/reserve/?days=7"}
    there = client.post("/me/wallet/top-up/", body).url.removeprefix(settings.PUBLIC_URL)
    assert [client.post(there, {"confirm": ""}).url for _ in range(2)] == ["/books/1/reserve/?days=7", "/me/wallet/"]


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "evil"])
def test_topping_up_never_leads_off_the_site(client, reader, away) -> None:
    assert client.get("/me/wallet/", {"next": away}).context["form"].initial == {}
    body = {"amount": "5", "provider": "test", "next": away}
    there = client.post("/me/wallet/top-up/", body).url.removeprefix(settings.PUBLIC_URL)
    assert client.post(there, {"confirm": ""}).url == "/me/wallet/"


def test_a_cancelled_payment_brings_nothing_even_if_confirmed_later(client, reader) -> None:
    there = start(client)
    client.post(there, {"cancel": ""})
    client.post(there, {"confirm": ""})
    assert balance_of(reader) == 0


@pytest.mark.parametrize("amount", ["0.99", "500.01", "-5", "1e2", "NaN", "Infinity", "", "5.001", "abc"])
def test_amounts_beyond_the_limits_start_no_payment(client, reader, amount) -> None:
    answer = client.post("/me/wallet/top-up/", {"amount": amount, "provider": "test"})
    if amount == "1e2":  # a hundred dollars, written so
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Payment.objects.exists()


def test_the_statement_beside_a_refused_form_leads_back_to_the_wallet(client, reader) -> None:
    for number in range(21):
        services.adjust(user_id=reader.pk, amount=Decimal("1.00"), reason="gift", key=f"gift:{number}")
    page = client.post("/me/wallet/top-up/", {"amount": "0", "provider": "test"}).content.decode()
    assert 'rel="next" href="/me/wallet/?before=' in page


def test_the_address_of_a_refused_form_leads_to_the_wallet_when_asked_for_again(client, reader) -> None:
    refused = client.post("/me/wallet/top-up/", {"amount": "0", "provider": "test"})
    assert (
        'name="next" value="/me/wallet/top-up/"' in refused.content.decode()
    )  # what the choice of theme comes back to
    again = client.get("/me/wallet/top-up/")
    assert (again.status_code, again.url) == (302, "/me/wallet/")


def test_a_provider_that_is_not_offered_starts_no_payment(client, reader) -> None:
    assert client.post("/me/wallet/top-up/", {"amount": "5", "provider": "gold"}).status_code == 422
    assert not Payment.objects.exists()


def test_a_payment_can_be_reached_only_by_the_address_that_was_given(client, reader) -> None:
    there = start(client)
    assert client.post("/pay/test/1/", {"confirm": ""}).status_code == 404
    assert client.post(f"{there[:-3]}xx/", {"confirm": ""}).status_code == 404
    assert balance_of(reader) == 0


def test_the_test_provider_is_gone_where_it_is_not_offered(client, reader, settings) -> None:
    there = start(client)
    settings.PAYMENT_PROVIDERS = []
    assert client.post(there, {"confirm": ""}).status_code == 404


def test_a_debt_is_shown_with_its_way_out(client, reader) -> None:
    services.charge_or_owe(
        user_id=reader.pk, amount=Decimal("2.50"), kind=LedgerEntry.Kind.LATE_FEE, reference="reservation:1", key="fee"
    )
    page = client.get("/me/wallet/").content.decode()
    assert "$2.50 is still owed" in page
    assert [(debt.kind, debt.outstanding) for debt in client.get("/me/wallet/").context["debts"]] == [
        ("late_fee", Decimal("2.50"))
    ]


def test_the_statement_is_paged_without_gaps(client, reader, django_assert_max_num_queries) -> None:
    for number in range(25):
        services.adjust(user_id=reader.pk, amount=Decimal("1.00"), reason=f"gift {number}", key=f"gift:{number}")
    with django_assert_max_num_queries(12):
        first = client.get("/me/wallet/").context
    second = client.get(f"/me/wallet/?before={first['older']}").context
    seen = [entry.reason for page in (first, second) for entry in page["entries"]]
    assert seen == [f"gift {number}" for number in reversed(range(25))]
    assert second["older"] is None


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "١٢", "²"])
def test_a_place_that_makes_no_sense_is_left_out(client, reader, before) -> None:
    assert client.get("/me/wallet/", {"before": before}).status_code == 200


def test_strangers_log_in_first(client) -> None:
    assert client.get("/me/wallet/").url == "/login/?next=/me/wallet/"
    assert client.post("/me/wallet/top-up/", {"amount": "5", "provider": "test"}).url == "/login/?next=/me/wallet/"
