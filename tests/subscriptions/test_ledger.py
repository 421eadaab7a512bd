"""The ledger is append-only in the database itself, and the balance is its sum (rules.md, "Wallet")."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from subscriptions import services
from subscriptions.models import Debt, LedgerEntry, Wallet
from subscriptions.queries import wallet_of
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def entries(user_id: int) -> list[tuple[str, Decimal, Decimal]]:
    rows = LedgerEntry.objects.filter(wallet__user_id=user_id).order_by("pk")
    return list(rows.values_list("kind", "amount", "balance_after"))


def test_every_movement_is_one_entry_with_the_balance_after() -> None:
    reader = patron(balance="10.00")
    services.charge(user_id=reader.pk, amount=Decimal("0.70"), kind="reservation", reference="reservation:1", key="a")
    services.refund(user_id=reader.pk, amount=Decimal("0.20"), reference="reservation:1", key="b")
    assert entries(reader.pk) == [
        ("adjustment", Decimal("10.00"), Decimal("10.00")),
        ("reservation", Decimal("-0.70"), Decimal("9.30")),
        ("refund", Decimal("0.20"), Decimal("9.50")),
    ]
    assert Wallet.objects.get(user=reader).balance == LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"]


def test_a_key_moves_money_once() -> None:
    reader = patron(balance="1.00")
    for _ in range(3):
        services.charge(user_id=reader.pk, amount=Decimal("0.70"), kind="reservation", reference="r", key="same")
    assert Wallet.objects.get(user=reader).balance == Decimal("0.30")


def test_a_charge_above_the_balance_is_refused_with_the_shortfall() -> None:
    reader = patron(balance="0.50")
    with pytest.raises(services.InsufficientFunds) as refusal:
        services.charge(user_id=reader.pk, amount=Decimal("0.70"), kind="reservation", reference="r", key="k")
    assert refusal.value.extra == {"required": "0.70", "balance": "0.50", "shortfall": "0.20"}
    assert Wallet.objects.get(user=reader).balance == Decimal("0.50")


@pytest.mark.parametrize("change", ["UPDATE {} SET amount = 5", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_to_change_the_ledger(change: str) -> None:
    patron(balance="1.00")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE subscriptions_ledgerentry ENABLE TRIGGER ledger_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(change.format("subscriptions_ledgerentry"))


def test_the_database_refuses_a_negative_balance() -> None:
    reader = patron(balance="1.00")
    with pytest.raises(IntegrityError, match="wallet_balance_not_negative"), transaction.atomic():
        Wallet.objects.filter(user=reader).update(balance=Decimal("-0.01"))


def test_what_the_wallet_cannot_cover_becomes_a_debt_and_the_next_top_up_pays_it_first(now) -> None:
    reader = patron(balance="0.50")
    owed = services.charge_or_owe(
        user_id=reader.pk, amount=Decimal("2.00"), kind="late_fee", reference="reservation:7", key="late"
    )
    assert owed == Decimal("1.50")
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal("5.00"), provider="test")
    for _ in range(3):
        services.confirm_payment(payment_id=payment.pk, now=now)
    assert entries(reader.pk)[1:] == [
        ("late_fee", Decimal("-0.50"), Decimal("0.00")),
        ("top_up", Decimal("5.00"), Decimal("5.00")),
        ("late_fee", Decimal("-1.50"), Decimal("3.50")),
    ]


def test_a_top_up_pays_the_oldest_debt_first(now) -> None:
    reader = patron(balance="0")
    for dollars, reference in [("2.00", "reservation:7"), ("1.00", "reservation:8")]:
        services.charge_or_owe(
            user_id=reader.pk, amount=Decimal(dollars), kind="late_fee", reference=reference, key=reference
        )
    payment = services.start_top_up(user_id=reader.pk, amount=Decimal("2.50"), provider="test")
    services.confirm_payment(payment_id=payment.pk, now=now)
    debts = Debt.objects.order_by("pk").values_list("reference", "outstanding")
    assert list(debts) == [("reservation:7", Decimal("0.00")), ("reservation:8", Decimal("0.50"))]
    assert wallet_of(user_id=reader.pk).balance == Decimal("0.00")


@pytest.mark.parametrize(("balance", "owed"), [("5.00", "0.00"), ("0.30", "0.70"), ("0", "1.00")])
def test_a_fee_is_charged_or_owed_once(balance: str, owed: str) -> None:
    reader = patron(balance=balance)
    fee = {"amount": Decimal(1), "kind": "late_fee", "reference": "reservation:7", "key": "late"}
    assert services.charge_or_owe(user_id=reader.pk, **fee) == Decimal(owed)
    services.adjust(user_id=reader.pk, amount=Decimal(9), reason="gift", key="gift")
    before = wallet_of(user_id=reader.pk)
    assert services.charge_or_owe(user_id=reader.pk, **fee) == Decimal(owed)
    assert wallet_of(user_id=reader.pk) == before


def test_a_fee_that_was_paid_is_not_owed_later() -> None:
    reader = patron(balance="1.00")
    for _ in range(2):
        services.charge_or_owe(
            user_id=reader.pk, amount=Decimal(1), kind="late_fee", reference="reservation:7", key="late"
        )
    assert wallet_of(user_id=reader.pk).debt == 0


def test_a_fee_is_taken_back_once_per_key() -> None:
    """$3, of which $1 was paid: what is open goes first, and a repetition takes nothing more."""
    reader = patron(balance="1.00")
    fee = {"user_id": reader.pk, "kind": "late_fee", "reference": "reservation:7"}
    services.charge_or_owe(amount=Decimal(3), key="late", **fee)
    open_debts = []
    for dollars, key in [("0.50", "a"), ("0.50", "a"), ("2.00", "b"), ("2.00", "b"), ("0.50", "a")]:
        back = services.take_fee_back(amount=Decimal(dollars), key=key, **fee)
        open_debts.append((back, wallet_of(user_id=reader.pk).debt))
    none, half = Decimal("0.00"), Decimal("0.50")
    assert open_debts == [(none, Decimal("1.50")), (none, Decimal("1.50")), (half, none), (half, none), (none, none)]
    assert wallet_of(user_id=reader.pk).balance == half
