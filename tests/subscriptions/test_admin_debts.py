"""Debts and the ledger in the admin: found by person and reference, told apart by what became of them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from subscriptions import services
from subscriptions.models import Debt, LedgerEntry
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db
DEBTS, LEDGER = "/admin/subscriptions/debt/", "/admin/subscriptions/ledgerentry/"


@pytest.fixture
def debts(client) -> dict[str, Debt]:
    """$5 each for the reservations 1 to 4 of ada, of which she has paid the first, been let off the second, and half of
    the third."""
    client.force_login(person(Role.LIBRARIAN))
    ada = patron(balance="0", username="ada")
    for number in range(1, 5):
        about = {"kind": "late_fee", "reference": f"reservation:{number}", "key": f"fee:{number}"}
        services.charge_or_owe(user_id=ada.pk, amount=Decimal(5), **about)
    for number, amount in ((2, "5.00"), (3, "2.50")):
        about = {"kind": "late_fee", "reference": f"reservation:{number}", "key": f"back:{number}"}
        services.take_fee_back(user_id=ada.pk, amount=Decimal(amount), **about)
    payment = services.start_top_up(user_id=ada.pk, amount=Decimal(5), provider="test")
    services.confirm_payment(payment_id=payment.pk, now=payment.created_at)
    return {debt.reference: debt for debt in Debt.objects.all()}


def listed(client, address: str) -> list[str]:
    return [row.reference for row in client.get(address).context["cl"].result_list]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [("open", [4, 3]), ("paid", [1]), ("waived", [3, 2]), ("else", [4, 3, 2, 1])],
)
def test_debts_by_what_became_of_them(client, debts: dict[str, Debt], query: str, numbers: list[int]) -> None:
    assert listed(client, f"{DEBTS}?state={query}") == [f"reservation:{number}" for number in numbers]


@pytest.mark.parametrize("address", [DEBTS, LEDGER])
def test_found_by_a_whole_name_or_reference(client, debts: dict[str, Debt], address: str) -> None:
    of_ada = listed(client, address)
    assert [listed(client, f"{address}?q={words}") for words in ("ADA", "ada@library.example", "ad")] == [
        of_ada,
        of_ada,
        [],
    ]
    assert listed(client, f"{address}?q=reservation:1") == ["reservation:1"]


def test_a_debts_page_shows_how_it_was_paid(client, debts: dict[str, Debt]) -> None:
    other = patron(balance="9.00")
    services.charge(user_id=other.pk, amount=Decimal(3), kind="late_fee", reference="reservation:1", key="others")
    [(_title, panel)] = client.get(f"{DEBTS}{debts['reservation:1'].pk}/change/").context["panels"]
    assert [row[1:4] for row in panel.rows] == [["Late fee", "−$5.00", "$0.00"]]


def test_the_ledger_is_searched_by_indexes(client, debts: dict[str, Debt]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(f"{LEDGER}?q=ada")
    [count] = [one["sql"] for one in asked if "COUNT(*)" in one["sql"] and "ledgerentry" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {count}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan, plan
    assert ("ledger_by_reference" in plan, LedgerEntry.objects.count()) == (True, 2)
