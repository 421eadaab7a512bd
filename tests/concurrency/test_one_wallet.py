"""Many movements of one wallet at the same instant: not a cent is lost or made (rules.md, "Wallet")."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from library_portal.auditing import Moment, report_on
from subscriptions import services
from subscriptions.auditing import CHECKS
from subscriptions.models import LedgerEntry, Subscription, Wallet
from subscriptions.queries import wallet_of
from subscriptions.services import wallet as wallet_services
from tests.concurrency.test_last_copies import all_at_once, post
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db(transaction=True)

CHARGES, COVERED, PRICE = 200, 40, Decimal("0.70")
# The server allows 200, some of them for others.
MOST_CONNECTIONS = 150
GUARDS = {"subscriptions_wallet": "wallet_is_its_ledger", "subscriptions_ledgerentry": "ledger_is_its_wallet"}
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own, let go together; what was answered, or the refusal."""
    start, connections = threading.Barrier(len(acts)), threading.Semaphore(MOST_CONNECTIONS)

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        with connections:
            try:
                return act()
            except (services.InsufficientFunds, IntegrityError) as refusal:
                return refusal
            finally:
                connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def charging(reader: User, number: int) -> Callable[[], Any]:
    about = {"amount": PRICE, "kind": "reservation", "reference": f"reservation:{number}", "key": f"hold:{number}"}
    return lambda: services.charge(user_id=reader.pk, **about)


def wrong() -> list[str]:
    return sorted(report_on(CHECKS, Moment(datetime.now(UTC))).wrong)


def test_of_200_charges_at_once_the_40_that_are_covered_pass() -> None:
    reader = patron(balance="28.10")
    answers = together(*[charging(reader, number) for number in range(CHARGES)])
    refusals = [answer for answer in answers if isinstance(answer, services.InsufficientFunds)]
    assert Counter((one.status, tuple(one.extra.items())) for one in refusals) == {
        (402, (("required", "0.70"), ("balance", "0.10"), ("shortfall", "0.60"))): CHARGES - COVERED
    }
    entries = LedgerEntry.objects.filter(wallet__user=reader, kind="reservation")
    assert sorted(entries.values_list("balance_after", flat=True)) == [Decimal("0.10") + PRICE * n for n in range(40)]
    assert (wallet_of(user_id=reader.pk).balance, wrong()) == (Decimal("0.10"), [])


def test_over_http_nine_wishes_at_once_and_the_wallet_covers_five(live_server: Any) -> None:
    """PREMIUM allows ten copies, so that only the wallet says no."""
    reader = patron(plan="PREMIUM", balance="2.90")
    headers = bearer(reader)
    wishes = [{"book": book_with_copies(1).pk, "days": 7} for _ in range(9)]
    answers = all_at_once(
        [lambda body=body: post(f"{live_server.url}/api/v1/reservations/", headers, body) for body in wishes]
    )
    refused = [answer.body for answer in answers if answer.status == 402]
    assert Counter(answer.status for answer in answers) == {201: 5, 402: 4}
    assert {(body["required"], body["balance"], body["shortfall"]) for body in refused} == {("0.56", "0.10", "0.46")}
    assert (wallet_of(user_id=reader.pk).balance, wrong()) == (Decimal("0.10"), [])


@pytest.fixture
def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """All have read the balance before any has changed it."""
    everybody_has_read = threading.Barrier(4)

    def read(*, user_id: int) -> Wallet:
        wallet = Wallet.objects.get(user_id=user_id)
        everybody_has_read.wait(timeout=60)
        return wallet

    monkeypatch.setattr(wallet_services, "lock_wallet", read)


@pytest.fixture
def without_guards(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        for table, trigger in GUARDS.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        yield
        for table, trigger in GUARDS.items():
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def four_charges() -> tuple[User, list[Callable[[], Any]]]:
    reader = patron(balance="0.70")
    return reader, [charging(reader, number) for number in range(4)]


def test_control_without_the_lock_and_the_database_s_checks_money_is_made(
    without_guards: None, request: pytest.FixtureRequest
) -> None:
    """Shows that the tests above would notice: $0.70 pay $2.80."""
    reader, charges = four_charges()
    request.getfixturevalue("without_the_lock")
    together(*charges)
    assert LedgerEntry.objects.filter(wallet__user=reader, kind="reservation").count() == 4
    assert wrong() == ["ledger-runs", "wallet-balance"]


def test_without_the_lock_the_database_refuses_what_would_make_money(request: pytest.FixtureRequest) -> None:
    reader, charges = four_charges()
    request.getfixturevalue("without_the_lock")
    answers = together(*charges)
    assert Counter(type(answer) for answer in answers) == {LedgerEntry: 1, IntegrityError: 3}
    assert (wallet_of(user_id=reader.pk).balance, wrong()) == (Decimal("0.00"), [])


def test_top_ups_charges_refunds_fees_and_a_renewal_at_once() -> None:
    """Whatever their order: $20 + 5 × $3 + 5 × $0.20 − 10 × $0.70 − 5 × $0.50 − $5."""
    reader = patron(balance="25.00")
    services.change_plan(user_id=reader.pk, plan_code="PLUS", now=NOW - timedelta(days=30))
    payments = [services.start_top_up(user_id=reader.pk, amount=Decimal(3), provider="test").pk for _ in range(5)]
    fee = {"user_id": reader.pk, "amount": Decimal("0.50"), "kind": "late_fee"}
    back = {"user_id": reader.pk, "amount": Decimal("0.20"), "reference": "reservation:1"}
    together(
        *[charging(reader, number) for number in range(10)],
        *[lambda n=n: services.charge_or_owe(reference=f"reservation:{n}", key=f"late:{n}", **fee) for n in range(5)],
        *[lambda n=n: services.refund(key=f"back:{n}", **back) for n in range(5)],
        *[lambda pk=pk: services.confirm_payment(payment_id=pk, now=NOW) for pk in payments * 2],
        *[lambda: renewed(reader) for _ in range(3)],
    )
    subscription = Subscription.objects.get(user=reader)
    assert (subscription.plan.code, subscription.period_ends_at) == ("PLUS", NOW + timedelta(days=30))
    assert (wallet_of(user_id=reader.pk).balance, wrong()) == (Decimal("21.50"), [])


def renewed(reader: User) -> None:
    """The job leaves out a wallet at which somebody is, and comes again."""
    while Subscription.objects.get(user=reader).period_ends_at == NOW:
        services.end_period(user_id=reader.pk, now=NOW)
