"""Choosing a plan on the page and by the API."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from subscriptions import services
from subscriptions.models import LedgerEntry
from subscriptions.queries import current_plan, subscription_of, wallet_of
from tests.factories.people import patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

API = "/api/v1/users/subscription/"


@pytest.fixture
def reader():
    return patron(balance="20.00")


@pytest.fixture
def page(reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def plan_of(user) -> str:
    return current_plan(user_id=user.pk, now=timezone.now()).code


def put(reader, body) -> tuple[int, dict]:
    answer = Client().put(API, body, content_type="application/json", headers=bearer(reader))
    return answer.status_code, answer.json()


def choose(page: Client, **form: str) -> list[str]:
    return [str(message) for message in page.post("/me/plan/", form, follow=True).context["messages"]]


def test_the_page_compares_the_plans_and_shows_what_is_used(page: Client) -> None:
    shown = page.get("/me/plan/").content.decode()
    for words in ("You are on Free", "0 of 1", "Change to Plus", "$15.00 for 30 days"):
        assert words in shown


def test_an_upgrade_by_the_page(page: Client, reader) -> None:
    assert choose(page, plan="PLUS") == ["You are on the plan Plus."]
    assert (plan_of(reader), wallet_of(user_id=reader.pk).balance) == ("PLUS", Decimal("15.00"))


def test_a_downgrade_and_staying_by_the_page(page: Client, reader) -> None:
    choose(page, plan="PLUS")
    assert choose(page, plan="FREE") == ["Free follows when this period is over."]
    assert choose(page, plan="PLUS") == ["You are on the plan Plus."]
    until = date_format(timezone.localtime(subscription_of(user_id=reader.pk).period_ends_at), "j F Y")
    assert choose(page, auto_renew="false") == [f"Plus stays yours until {until} and ends then."]
    assert (plan_of(reader), subscription_of(user_id=reader.pk).auto_renew) == ("PLUS", False)


@pytest.mark.parametrize("form", [{}, {"plan": "GOLD"}, {"auto_renew": "perhaps"}])
def test_what_makes_no_sense_changes_nothing(page: Client, reader, form: dict) -> None:
    assert choose(page, **form) == ["Please choose one of the plans."]
    assert plan_of(reader) == "FREE"


def test_a_plan_too_dear_is_refused_with_what_is_missing(page: Client, reader) -> None:
    choose(page, plan="PREMIUM")
    poor = patron(balance="4.00")
    client = Client()
    client.force_login(poor)
    assert choose(client, plan="PLUS") == ["This costs $5.00 and the wallet holds $4.00: $1.00 is missing."]
    shown = client.get("/me/plan/").content.decode()
    assert "Top up your wallet first" in shown
    for missing in ("1.00", "11.00"):
        assert f'href="/me/wallet/?amount={missing}&amp;next=%2Fme%2Fplan%2F"' in shown


def test_what_follows_the_period_is_told_and_whether_the_wallet_covers_it(page: Client, reader) -> None:
    choose(page, plan="PREMIUM")
    services.set_auto_renew(user_id=reader.pk, auto_renew=True, now=timezone.now())
    shown = page.get("/me/plan/").content.decode()
    assert "Then it renews itself for $15.00 from your wallet." in shown
    assert 'href="/me/wallet/?amount=10.00&amp;next=%2Fme%2Fplan%2F"' in shown
    choose(page, plan="PLUS")
    shown = page.get("/me/plan/").content.decode()
    assert "Then Plus follows, for $5.00 from your wallet." in shown
    assert "that is not enough for it" not in shown
    put(reader, {"auto_renew": False})
    assert "Then it ends, and you are on the Free plan." in page.get("/me/plan/").content.decode()


def test_an_upgrade_by_the_api_is_charged_once(reader) -> None:
    for _ in range(2):
        status, answer = put(reader, {"plan": "PLUS"})
        assert (status, answer["plan"]["code"], answer["next_plan"], answer["auto_renew"]) == (200, "PLUS", None, True)
    assert LedgerEntry.objects.filter(kind="subscription").count() == 1


def test_a_cancellation_by_the_api(reader) -> None:
    put(reader, {"plan": "PREMIUM"})
    status, answer = put(reader, {"plan": "PLUS", "auto_renew": False})
    assert (status, answer["plan"]["code"], answer["next_plan"], answer["auto_renew"]) == (
        200,
        "PREMIUM",
        "PLUS",
        False,
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "validation_error"),
        ({"plan": "GOLD"}, 400, "validation_error"),
        ({"plan": "PREMIUM"}, 402, "insufficient_funds"),
        ({"auto_renew": True}, 409, "subscription_error"),
        ({"plan": "FREE", "auto_renew": True}, 409, "subscription_error"),
    ],
)
def test_refusals_of_the_api(body: dict, status: int, code: str) -> None:
    poor = patron(balance="1.00")
    answered, problem = put(poor, body)
    assert (answered, problem["code"], plan_of(poor)) == (status, code, "FREE")
