"""Money by month, for admins: what came in, what went out, what is owed; the same as bars, table and CSV."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

import accounts.services
from accounts.models import Role
from library_portal.audit.models import Action, AuditEntry
from subscriptions import services
from subscriptions.admin.chart import charts
from subscriptions.admin.money import entries_of
from subscriptions.models import Debt, LedgerEntry, Wallet
from subscriptions.money_by_month import EARNED, MOVED, MoneyByMonth, Series, money_by_month, owed_before
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db
LEDGER = "/admin/subscriptions/ledgerentry/"
PAGE, CSV, EXPORT = f"{LEDGER}money/", f"{LEDGER}money.csv", f"{LEDGER}export/"
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
    entry("forfeit", "-0.50", "2026-03-02")
    entry("adjustment", "-6", "2026-03-03")
    entry("top_up_refund", "-9", "2026-03-04")
    entry("top_up", "1000", "2025-03-31T12:00:00")  # before the twelve months
    owed("30", "2026-03-05"), owed("0", "2026-03-06"), owed("8", "2025-01-01")


def test_each_months_money_in_the_librarys_time_zone(year: None) -> None:
    money = money_by_month(months=12, today=TODAY)
    assert (money.months[0], money.months[-1], len(money.months)) == (date(2025, 4, 1), date(2026, 3, 1), 12)
    assert {one.code: [str(amount) for amount in one.amounts[-3:]] for one in money.series} == {
        "revenue": ["0.00", "13.25", "22.50"],
        "reservations": ["0.00", "3.50", "0.00"],
        "refunds": ["0.00", "-1.25", "0.00"],
        "plans": ["0.00", "15.00", "0.00"],
        "plan_credits": ["0.00", "-4.00", "0.00"],
        "late_fees": ["0.00", "0.00", "2.00"],
        "lost_copies": ["0.00", "0.00", "20.00"],
        "forfeits": ["0.00", "0.00", "0.50"],
        "owed": ["0.00", "0.00", "30.00"],
        "top_ups": ["57.00", "5.00", "0.00"],
        "top_up_refunds": ["0.00", "0.00", "-9.00"],
        "adjustments": ["0.00", "0.00", "-6.00"],
        "wallets": ["57.00", "-8.25", "-37.50"],
    }
    assert all(not any(one.amounts[:-3]) for one in money.series)
    assert owed_before(months=12, today=TODAY) == Decimal("8.00")
    assert totals(money_by_month(months=24, today=TODAY))["top_ups"] == Decimal("1062.00")


def totals(money: MoneyByMonth) -> dict[str, Decimal]:
    return {one.code: one.total for one in money.series}


def test_each_kind_of_entry_stands_in_one_line() -> None:
    assert sorted(kind for line in (*EARNED, *MOVED) for kind in line.kinds) == sorted(LedgerEntry.Kind.values)


def test_the_lines_add_up_to_the_ledger(year: None) -> None:
    """To what the wallets hold, but for the $1,000 that each has had for long; what is earned comes out of them."""
    sums = totals(money_by_month(months=24, today=TODAY))
    assert sums["revenue"] == sum(sums[line.code] for line in EARNED) == Decimal("35.75")
    moved = sum(sums[line.code] for line in MOVED) - sums["revenue"]
    assert moved == sums["wallets"] == Wallet.objects.aggregate(sum=Sum("balance"))["sum"] - 1000 * 13


def test_what_is_given_up_with_an_account_is_earned_and_no_adjustment(now) -> None:
    reader = patron(balance="7.00")
    accounts.services.delete_account(user_id=reader.pk, forfeit=True, now=now)
    sums = totals(money_by_month(months=12, today=timezone.localdate()))
    assert (sums["forfeits"], sums["revenue"], sums["adjustments"]) == (Decimal(7), Decimal(7), Decimal(7))


def test_a_month_begins_where_the_clock_strikes_midnight_twice(settings) -> None:
    """In Havana 1 November 2026 is such a day; the month is five hours behind Greenwich at its end, and four before."""
    settings.TIME_ZONE = "America/Havana"
    for at in ("2026-11-01T03:59:59", "2026-11-01T04:00:00", "2026-11-01T05:00:00", "2026-12-01T04:59:59"):
        entry("late_fee", "-1", at)
    entry("late_fee", "-1", "2026-12-01T05:00:00")
    for today, expected in ((date(2026, 12, 9), [1, 3, 1]), (date(2027, 10, 9), [0, 0, 0])):
        revenue = money_by_month(months=12, today=today).series[0]
        assert (revenue.amounts[-3:], revenue.total) == (expected, 5 if any(expected) else 4)


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
        "month,revenue,reservations,refunds,plans,plan_credits,late_fees,lost_copies,forfeits,owed,top_ups,top_up_refunds,"
        "adjustments,wallets",
    )
    assert lines[1].split(",")[1:] == ["0.00"] * 11 + ["24.50"] * 2
    # The words and the bar of two charts, and two columns of the table with their sums.
    assert page.content.decode().count("$24.50") == 8


def test_the_entries_of_a_month_are_behind_its_name_and_in_a_file(client, year: None) -> None:
    client.force_login(person(Role.ADMIN))
    days = "created_at__gte=2026-02-01&created_at__lt=2026-03-01"
    assert entries_of(date(2026, 2, 1)) == f"{LEDGER}?{days}"
    this_month = entries_of(timezone.localdate().replace(day=1)).replace("&", "&amp;")
    assert f'<a href="{this_month}">' in client.get(PAGE).content.decode()
    listed = client.get(f"{LEDGER}?{days}").context["cl"].result_list
    assert [str(one.amount) for one in listed] == ["4.00", "-15.00", "1.25", "-3.50", "5.00"]
    lines = client.get(f"{EXPORT}?{days}&kind__exact=refund").getvalue().decode().splitlines()
    [refund] = [one for one in listed if one.kind == "refund"]
    assert lines == [
        "id,created_at,patron,kind,amount,balance_after,reference,reason",
        f"{refund.pk},2026-02-03T00:00:00+00:00,{refund.wallet.user},refund,1.25,1001.25,,",
    ]
    [told] = AuditEntry.objects.filter(action=Action.LEDGER_EXPORTED)
    assert told.details == {"narrowed": f"{days}&kind__exact=refund"}


def test_the_log_knows_by_number_whose_entries_were_taken_out(client) -> None:
    """Names and addresses go with the account; what the audit log says stays."""
    reader = patron()
    client.force_login(person(Role.ADMIN))
    client.get(EXPORT, {"q": f" {reader.username} ", "kind__exact": "refund"})
    [told] = AuditEntry.objects.filter(action=Action.LEDGER_EXPORTED)
    assert (told.whom_id, told.details) == (reader.pk, {"narrowed": "kind__exact=refund"})


def test_a_reason_that_a_spreadsheet_would_run_is_text(client) -> None:
    services.adjust(user_id=patron(balance="0").pk, amount=Decimal(1), reason="=1+1", key="k")
    client.force_login(person(Role.ADMIN))
    assert client.get(EXPORT).getvalue().decode().splitlines()[1].endswith(",adjustment,1.00,1.00,adjustment,'=1+1")


@pytest.mark.parametrize("address", [PAGE, CSV, EXPORT])
def test_librarians_see_no_revenue(client, address: str) -> None:
    client.force_login(person(Role.LIBRARIAN))
    assert client.get(address).status_code == 403
    assert address not in client.get(LEDGER).content.decode()
