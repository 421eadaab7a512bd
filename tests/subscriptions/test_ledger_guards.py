"""The database refuses money beside the ledger when a transaction ends, whatever code did it (rules.md, "Wallet")."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import User
from subscriptions import services
from subscriptions.models import LedgerEntry, Wallet
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db

BALANCE, CHAIN = "balance of wallet .* is not what its ledger says", "does not continue the one before"


@contextmanager
def refused(why: str) -> Iterator[None]:
    with pytest.raises(IntegrityError, match=why), whole_transaction():
        yield


@contextmanager
def whole_transaction() -> Iterator[None]:
    """With the end of it: a deferred trigger looks then."""
    with transaction.atomic():
        yield
        end_transaction()


def end_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def reader(db: None) -> User:
    """With $10 in two entries."""
    reader = patron(balance="12.00")
    services.charge(user_id=reader.pk, amount=Decimal(2), kind="reservation", reference="reservation:1", key="one")
    end_transaction()
    return reader


def entry(reader: User, **values: Any) -> LedgerEntry:
    key = {"idempotency_key": "by hand", "kind": "adjustment"}
    return LedgerEntry.objects.create(wallet=reader.wallet, **key | values)


def test_a_balance_without_an_entry(reader: User) -> None:
    with refused(BALANCE):
        Wallet.objects.filter(user=reader).update(balance=F("balance") + Decimal("0.01"))


def test_a_new_wallet_with_money_in_it(db: None) -> None:
    with refused(BALANCE):
        Wallet.objects.create(user=person(), balance=Decimal(1))


def test_an_entry_without_the_balance(reader: User) -> None:
    with refused(BALANCE):
        entry(reader, amount=-1, balance_after=9)


@pytest.mark.parametrize("amount", [-2, 1])
def test_an_entry_that_does_not_continue_the_one_before(reader: User, amount: int) -> None:
    """As written by one who read the balance before another changed it."""
    with refused(CHAIN):
        Wallet.objects.filter(user=reader).update(balance=9)
        entry(reader, amount=amount, balance_after=9)


def test_a_first_entry_that_begins_with_something(db: None) -> None:
    with refused(CHAIN):
        entry(Wallet.objects.create(user=person(), balance=3).user, amount=1, balance_after=3)


def test_an_entry_that_gets_in_between(reader: User) -> None:
    """Its number was taken earlier, by one who did not wait for the wallet."""
    earlier = LedgerEntry.objects.filter(wallet=reader.wallet).earliest("pk").pk
    with refused(CHAIN):
        entry(reader, pk=earlier - 1, amount=1, balance_after=1)


def test_many_movements_in_one_transaction(reader: User, now: Any) -> None:
    services.charge_or_owe(user_id=reader.pk, amount=Decimal(30), kind="late_fee", reference="r", key="late")
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal(50), provider="test")
    services.confirm_payment(payment_id=payment.pk, now=now)
    end_transaction()
    assert Wallet.objects.get(user=reader).balance == Decimal(30)
