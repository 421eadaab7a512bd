"""Money by month, for admins: what came in, what went out, what is owed; the same as bars, table and CSV."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import Role
from subscriptions import services
from subscriptions.admin.chart import charts
from subscriptions.models import Debt, LedgerEntry, Wallet
from subscriptions.money_by_month import MoneyByMonth, Series, money_by_month, owed_before
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db
PAGE, CSV = "/admin/subscriptions/ledgerentry/money/", "/admin/subscriptions/ledgerentry/money.csv"
TODAY = date(2026, 3, 15)


def entry(kind: str, amount: str, at: str) -> None:
    """In a wallet of its own that has had $1,000 for long."""
    balance = 1000 + Decimal(amount)
    wallet = Wallet.objects.create(user=person(), balance=balance)
    kinds = [("adjustment", Decimal(1000), Decimal(1000), "2020-01-01"), (kind, Decimal(amount), balance, at)]
    for kind_of, moved, balance_after, when in kinds:
        LedgerEntry.objects.create(
            wallet=wallet,
            kind=kind_of,
            amount=moved,
            balance_after=balance_after,
            idempotency_key=f"{wallet.pk}:{when}",
            created_at=datetime.fromisoformat(when).replace(tzinfo=UTC),
        )


def owed(outstanding: str, at: str) -> None:
    wallet = Wallet.objects.get_or_create(user=patron(balance="0"))[0]
    created_at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    Debt.objects.create(
        wallet=wallet, amount=100, outstanding=outstanding, idempotency_key=at, reference="r", created_at=created_at
    )


@pytest.fixture
def year(settings) -> None:
    """In New York, where January ends five hours after it does in Greenwich."""
    settings.TIME_ZONE = "America/New_York"
    entry("top_up", "50", "2026-01-10")
    entry("top_up", "7", "2026-02-01T04:59:59")  # still January
    entry("top_up", "5", "2026-02-01T05:00:00")
    entry("reservation", "-3.50", "2026-02-02")
    entry("refund", "1.25", "2026-02-03")
    entry("subscription", "-15", "2026-02-04")
    entry("subscription_credit", "4", "2026-02-05")
    entry("late_fee", "-2", "2026-03-01T05:00:00")
    entry("lost_copy", "-20", "2026-03-02")
    entry("adjustment", "-6", "2026-03-03")
    entry("top_up_refund", "-9", "2026-03-04")
    entry("top_up", "1000", "2025-03-31T12:00:00")  # before the twelve months
    owed("30", "2026-03-05"), owed("0", "2026-03-06"), owed("8", "2025-01-01")


def test_each_months_money_in_the_librarys_time_zone(year: None) -> None:
    money = money_by_month(months=12, today=TODAY)
    assert (money.months[0], money.months[-1], len(money.months)) == (date(2025, 4, 1), date(2026, 3, 1), 12)
    assert {one.code: [str(amount) for amount in one.amounts[-3:]] for one in money.series} == {
        "top_ups": ["57.00", "5.00", "0.00"],
        "reservations": ["0.00", "2.25", "0.00"],
        "subscriptions": ["0.00", "11.00", "0.00"],
        "late_fees": ["0.00", "0.00", "2.00"],
        "lost_copies": ["0.00", "0.00", "20.00"],
        "adjustments": ["0.00", "0.00", "-6.00"],
        "top_up_refunds": ["0.00", "0.00", "9.00"],
        "owed": ["0.00", "0.00", "30.00"],
    }
    assert all(not any(one.amounts[:-3]) for one in money.series)
    assert owed_before(months=12, today=TODAY) == Decimal("8.00")
    assert money_by_month(months=24, today=TODAY).series[0].total == Decimal("1062.00")


def test_no_row_is_read_for_each_entry(django_assert_num_queries) -> None:
    for day in range(1, 10):
        entry("top_up", "1", f"2026-02-0{day}")
    with django_assert_num_queries(2):
        money_by_month(months=12, today=TODAY)


def test_the_months_are_read_from_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        plans = []
        for table, columns in (("ledgerentry", "kind, sum(amount)"), ("debt", "1, sum(outstanding)")):
            where = "created_at >= '2026-01-01'" + (" AND outstanding > 0" if table == "debt" else "")
            cursor.execute(f"EXPLAIN SELECT {columns} FROM subscriptions_{table} WHERE {where} GROUP BY 1")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    assert (
        "Index Only Scan using ledger_by_time" in plans[0],
        "Index Only Scan using debt_open_by_time" in plans[1],
    ) == (
        True,
        True,
    )


def test_bars_hang_below_nothing_where_money_went_out() -> None:
    amounts = [Decimal(30), Decimal(-10), Decimal(0), Decimal("0.01")]
    months = [date(2026, month, 1) for month in range(1, 5)]
    [chart] = charts(MoneyByMonth(months, [Series("x", "X", "", amounts)]))
    assert (chart.zero, [(bar.top, bar.height) for bar in chart.bars]) == (75, [(0, 75), (75, 25), (75, 0), (74, 1)])


def test_the_page_and_the_download_say_the_same(client, settings) -> None:
    reader = patron(balance="12.50")
    services.adjust(user_id=reader.pk, amount=Decimal(12), reason="Gift", key="gift")
    client.force_login(person(Role.ADMIN))
    page = client.get(PAGE + "?months=24")
    lines = client.get(CSV + "?months=24").getvalue().decode().splitlines()
    assert (len(lines), lines[0]) == (
        25,
        "month,top_ups,reservations,subscriptions,late_fees,lost_copies,adjustments,top_up_refunds,owed",
    )
    assert lines[1].split(",")[1:] == ["0.00"] * 5 + ["24.50", "0.00", "0.00"]
    assert page.content.decode().count("$24.50") == 4  # the chart's words and bar, the table's month and sum


@pytest.mark.parametrize("address", [PAGE, CSV])
def test_librarians_see_no_revenue(client, address: str) -> None:
    client.force_login(person(Role.LIBRARIAN))
    assert client.get(address).status_code == 403
    assert PAGE not in client.get("/admin/subscriptions/ledgerentry/").content.decode()
