"""Plans, wallet and top-ups by HTTP: what is answered, in which form, and to whom (the HTTP contract)."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from subscriptions import services
from subscriptions.models import LedgerEntry
from tests.factories.people import librarian, patron
from tests.factories.tokens import api_of

pytestmark = pytest.mark.django_db

API = "/api/v1/"
WALLET, ENTRIES, CHARGE = API + "users/me/wallet/", API + "users/me/wallet/entries/", API + "users/charge/"
SUBSCRIPTION = API + "users/subscription/"


def who_owes() -> User:
    """$1.50 were taken for a late book that cost $2, and 50 cents are owed."""
    reader = patron(balance="1.50")
    services.charge_or_owe(
        user_id=reader.pk, amount=Decimal(2), kind="late_fee", reference="reservation:7", key=f"late:{reader.pk}"
    )
    return reader


def charge(user: User, **asked: Any) -> Any:
    return api_of(user).post(CHARGE, {"amount": "5.00", "provider": "test"} | asked)


def test_everybody_may_read_the_plans() -> None:
    plans = APIClient().get(API + "plans/").json()
    names = ("code", "price", "holds_per_week", "max_copies", "max_days", "priority", "discount_percent")
    assert (plans["count"], plans["next"], plans["previous"]) == (3, None, None)
    assert [tuple(plan[name] for name in names) for plan in plans["results"]] == [
        ("FREE", "0.00", 1, 1, 7, 0, 0),
        ("PLUS", "5.00", 3, 5, 7, 1, 10),
        ("PREMIUM", "15.00", None, 10, 14, 2, 20),
    ]


def test_the_wallet_says_what_is_there_and_what_is_owed() -> None:
    assert api_of(who_owes()).get(WALLET).json() == {"balance": "0.00", "debt": "0.50"}


def test_the_ledger_is_ones_own_newest_first_in_pages_by_cursor() -> None:
    reader = who_owes()
    newest, oldest = LedgerEntry.objects.filter(wallet__user=reader)
    first = api_of(reader).get(ENTRIES, {"page_size": 1}).json()
    assert (first.keys(), first["previous"]) == ({"next", "previous", "results"}, None)
    assert first["results"] == [
        {
            "id": newest.pk,
            "kind": "late_fee",
            "amount": "-1.50",
            "balance_after": "0.00",
            "reference": "reservation:7",
            "reason": "",
            "created_at": newest.created_at.isoformat().replace("+00:00", "Z"),
        }
    ]
    second = api_of(reader).get(first["next"]).json()
    assert ([entry["id"] for entry in second["results"]], second["next"]) == ([oldest.pk], None)


@pytest.mark.parametrize("query", ["page_size=101", "page_size=0", "page_size=x", "cursor=x", "kind=gift"])
def test_a_page_that_the_ledger_does_not_have_is_refused(query: str) -> None:
    answer = api_of(patron()).get(f"{ENTRIES}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["errors"].keys() == {query.partition("=")[0]}


@pytest.mark.parametrize("amount", ["1.00", "500.00"])
def test_a_top_up_answers_with_the_payment_and_where_to_pay(amount: str) -> None:
    reader = patron(balance="0")
    answer = charge(reader, amount=amount)
    payment = answer.json()
    assert answer.status_code == 201
    assert payment.pop("checkout_url").startswith("http")
    assert payment.pop("created_at").endswith("Z")
    assert {name: payment[name] for name in ("amount", "refunded", "provider", "status", "confirmed_at")} == {
        "amount": amount, "refunded": "0.00", "provider": "test", "status": "pending", "confirmed_at": None,
    }  # fmt: skip
    assert api_of(reader).get(f"{API}payments/{payment['id']}/").json()["amount"] == amount
    assert api_of(reader).get(WALLET).json()["balance"] == "0.00"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"amount": "0.99"}, "amount"),
        ({"amount": "500.01"}, "amount"),
        ({"amount": "5.001"}, "amount"),
        ({"amount": "-5.00"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"provider": "gold"}, "provider"),
    ],
)
def test_a_top_up_beyond_the_limits_is_refused_with_the_field(asked: dict[str, str], field: str) -> None:
    answer = charge(patron(), **asked)
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"].keys()) == (
        400, "validation_error", {field},
    )  # fmt: skip


@pytest.mark.parametrize("who", [patron, librarian])
def test_a_payment_is_its_owners_alone(who: Any) -> None:
    payment = charge(patron()).json()
    answer = api_of(who()).get(f"{API}payments/{payment['id']}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", [WALLET, ENTRIES, SUBSCRIPTION, API + "payments/1/"])
def test_strangers_log_in_first(path: str) -> None:
    answer = APIClient().get(path)
    assert (answer.status_code, answer.json()["code"], answer["WWW-Authenticate"][:6]) == (
        401, "authentication_error", "Bearer",
    )  # fmt: skip


def test_a_plan_that_is_too_dear_says_what_is_missing() -> None:
    answer = api_of(patron(balance="4.10")).put(SUBSCRIPTION, {"plan": "PLUS"})
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (402, "application/problem+json")
    assert {name: problem[name] for name in ("code", "status", "required", "balance", "shortfall", "errors")} == {
        "code": "insufficient_funds", "status": 402,
        "required": "5.00", "balance": "4.10", "shortfall": "0.90", "errors": {},
    }  # fmt: skip


def test_who_never_chose_a_plan_is_on_free() -> None:
    subscription = api_of(patron()).get(SUBSCRIPTION).json()
    assert subscription.pop("plan")["code"] == "FREE"
    assert subscription == {
        "next_plan": None, "auto_renew": False, "period_started_at": None, "period_ends_at": None,
    }  # fmt: skip
