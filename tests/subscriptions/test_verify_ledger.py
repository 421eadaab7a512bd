"""`manage.py verify_ledger`: says to the cent what does not add up, with ids (each rule is broken in test_audit.py)."""

import json
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import InternalError, connection

from accounts.models import User
from subscriptions import services
from subscriptions.auditing import CHECKS
from subscriptions.models import LedgerEntry, Wallet
from tests.factories.people import patron

pytestmark = pytest.mark.django_db(transaction=True)


def told(*options: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    printed, code = StringIO(), 0
    try:
        call_command("verify_ledger", *options, stdout=printed)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, printed.getvalue()


@pytest.fixture
def by_hand(transactional_db: None) -> Callable[..., None]:
    """SQL by somebody whom no trigger holds back."""

    def execute(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = replica; {sql}; RESET session_replication_role")

    return execute


@pytest.fixture
def reader(transactional_db: None, now: Any) -> User:
    """Has topped up, paid, owed a fee, and paid that."""
    reader = patron(balance="1.00")
    services.charge_or_owe(user_id=reader.pk, amount=Decimal(3), kind="late_fee", reference="reservation:7", key="late")
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal(10), provider="test")
    services.confirm_payment(payment_id=payment.pk, now=now)
    services.take_fee_back(
        user_id=reader.pk, amount=Decimal(1), kind="refund", reference="reservation:7", key="mistake"
    )
    return reader


def test_money_that_adds_up(reader: User) -> None:
    assert told() == (0, f"{len(CHECKS)} rules checked: nothing is wrong.\n")
    assert json.loads(told("--json")[1])["is_right"] is True


def test_a_balance_that_somebody_changed(reader: User, by_hand: Callable[[str], None]) -> None:
    wallet = Wallet.objects.get(user=reader)
    by_hand("UPDATE subscriptions_wallet SET balance = balance + 0.01")
    assert told() == (
        1,
        f"wallet-balance: 1\n  Wallet {wallet.pk} of patron {reader.pk} holds $9.01, its entries make $9.00.\n"
        f"{len(CHECKS)} rules checked: 1 finding, see docs/auditing.md.\n",
    )


def test_an_entry_that_is_gone_breaks_the_run_and_the_sum(reader: User, by_hand: Callable[[str], None]) -> None:
    gone = LedgerEntry.objects.get(kind="top_up")
    by_hand(f"DELETE FROM subscriptions_ledgerentry WHERE id = {gone.pk}")
    code, printed = told("--json")
    found = {name: check["count"] for name, check in json.loads(printed)["checks"].items() if check["count"]}
    assert (code, found) == (1, {"wallet-balance": 1, "ledger-runs": 1, "payments": 1})


def test_a_wallet_whose_entries_are_all_gone_is_not_forgotten(reader: User, by_hand: Callable[[str], None]) -> None:
    by_hand("DELETE FROM subscriptions_ledgerentry")
    assert "wallet-balance: 1\n" in told()[1]


def test_of_each_kind_twenty_are_shown_and_all_are_counted(by_hand: Callable[[str], None]) -> None:
    people = User.objects.bulk_create(User(username=f"reader-{n}", email=f"r{n}@library.example") for n in range(25))
    Wallet.objects.bulk_create(Wallet(user=person) for person in people)
    by_hand("UPDATE subscriptions_wallet SET balance = 1")
    lines = told()[1].splitlines()
    assert (lines[0], len(lines), lines[21]) == ("wallet-balance: 25", 23, "  … and 5 more")


def test_looking_can_change_nothing(monkeypatch: pytest.MonkeyPatch, reader: User) -> None:
    """The database refuses a check that writes, and all see the same moment."""
    monkeypatch.setitem(CHECKS, "writes", lambda _moment: Wallet.objects.update(balance=0))
    with pytest.raises(InternalError, match="read-only transaction"):
        told()
