"""Random movements of money on the real services and PostgreSQL; after each, every wallet is what the pure one beside
it says (purse.py), and at the end the auditor finds nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from library_portal.auditing import Moment, report_on
from subscriptions import services
from subscriptions.auditing import CHECKS
from subscriptions.models import Debt, LedgerEntry, Payment, Subscription, Wallet
from tests.factories.people import patron
from tests.subscriptions.money.purse import PRICES, Purse

START = datetime(2026, 11, 2, 12, tzinfo=UTC)
PEOPLE = 2

person = st.sampled_from(range(PEOPLE))
dollars = st.decimals("0.01", "9.99", places=2)
fees = st.decimals("0.01", "30.00", places=2)
reference = st.sampled_from(["reservation:1", "reservation:2"])


class Money(RuleBasedStateMachine):
    @initialize()
    def open_the_wallets(self) -> None:
        self.example = transaction.savepoint()
        self.hour, self.number = 0, 0
        self.done: list[Callable[[], Any]] = []
        self.readers = [patron(balance="0") for _ in range(PEOPLE)]
        self.purses = [Purse() for _ in range(PEOPLE)]
        self.top_up(0, 20)
        self.choose_a_plan(0, "PLUS")

    def teardown(self) -> None:
        if hasattr(self, "example"):
            try:
                assert report_on(CHECKS, Moment(datetime.now(UTC))).wrong == {}
            finally:
                transaction.savepoint_rollback(self.example)

    # What happens to money.

    @rule(who=person, whole=st.integers(1, 20))
    def top_up(self, who: int, whole: int) -> None:
        payment = services.start_top_up(user_id=self.readers[who].pk, amount=Decimal(whole), provider="test")
        self.purses[who].top_up(Decimal(whole))
        self.do(services.confirm_payment, payment_id=payment.pk, now=self.now)

    @rule(who=person, whole=st.integers(1, 20))
    def give_up_a_top_up(self, who: int, whole: int) -> None:
        payment = services.start_top_up(user_id=self.readers[who].pk, amount=Decimal(whole), provider="test")
        self.do(services.cancel_payment, payment_id=payment.pk, now=self.now)

    @rule(who=person, amount=dollars, reference=reference)
    def charge(self, who: int, amount: Decimal, reference: str) -> None:
        expected = self.purses[who].pay(amount)
        self.moves(who, services.charge, expected, amount=amount, kind="reservation", reference=reference)

    @rule(who=person, amount=dollars, reference=reference)
    def refund(self, who: int, amount: Decimal, reference: str) -> None:
        self.purses[who].pay(-amount)
        self.moves(who, services.refund, amount=amount, reference=reference)

    @rule(who=person, amount=fees, reference=reference)
    def charge_a_fee(self, who: int, amount: Decimal, reference: str) -> None:
        self.purses[who].fee(amount, reference)
        self.moves(who, services.charge_or_owe, amount=amount, kind="late_fee", reference=reference)

    @rule(who=person, amount=dollars, reference=reference)
    def take_a_fee_back(self, who: int, amount: Decimal, reference: str) -> None:
        self.purses[who].fee_back(amount, reference)
        self.moves(who, services.take_fee_back, amount=amount, kind="late_fee", reference=reference)

    @rule(who=person, amount=dollars, sign=st.sampled_from([1, -1]))
    def adjust(self, who: int, amount: Decimal, sign: int) -> None:
        expected = self.purses[who].adjust(sign * amount)
        self.moves(who, services.adjust, expected, amount=sign * amount, reason="Random")

    @rule(who=person)
    def leave(self, who: int) -> None:
        self.purses[who].leave()
        self.do(services.give_up_balance, user_id=self.readers[who].pk)

    @rule(who=person, plan=st.sampled_from(list(PRICES)))
    def choose_a_plan(self, who: int, plan: str) -> None:
        expected = self.purses[who].choose(plan, self.hour)
        about = {"user_id": self.readers[who].pk, "plan_code": plan, "now": self.now}
        assert self.passes(services.change_plan, **about) == expected
        if expected:
            services.change_plan(**about)

    @rule(who=person, renews=st.booleans())
    def let_it_renew(self, who: int, renews: bool) -> None:
        if self.purses[who].plan != "FREE" and not self.purses[who].has_ended(self.hour):
            self.purses[who].renews = renews
            services.set_auto_renew(user_id=self.readers[who].pk, auto_renew=renews, now=self.now)

    # Time.

    @rule(hours=st.sampled_from([1, 7 * 24, 29 * 24]))
    def wait(self, hours: int) -> None:
        self.hour += hours

    @rule(who=person, hours=st.sampled_from([0, 30 * 24, 31 * 24, 61 * 24]))
    def the_job_comes_by(self, who: int, hours: int) -> None:
        self.hour += hours
        about = {"user_id": self.readers[who].pk, "now": self.now}
        assert services.end_period(**about) == self.purses[who].end_period(self.hour)
        assert not services.end_period(**about)

    @rule(who=person)
    def say_that_it_ends(self, who: int) -> None:
        services.remind_of_end(user_id=self.readers[who].pk, now=self.now)

    @precondition(lambda self: getattr(self, "done", None))
    @rule(which=st.integers(0, 1000))
    def repeat_something_old(self, which: int) -> None:
        """Whatever it was, it was done."""
        self.done[which % len(self.done)]()

    # What must hold.

    @invariant()
    def wallets_are_what_the_pure_ones_say(self) -> None:
        if not hasattr(self, "readers"):
            return
        assert [self.seen(reader.pk) for reader in self.readers] == [expected(purse) for purse in self.purses]

    @invariant()
    def every_cent_is_accounted_for(self) -> None:
        """What is in the ledger = what was topped up + adjustments − income."""
        if not hasattr(self, "readers"):
            return
        ledger = LedgerEntry.objects.aggregate(total=Sum("amount", default=Decimal(0)))["total"]
        paid = Payment.objects.filter(status="confirmed").aggregate(total=Sum("amount", default=Decimal(0)))["total"]
        assert paid == sum(purse.topped_up for purse in self.purses)
        assert ledger == paid + sum(purse.adjusted - purse.income for purse in self.purses)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    @property
    def now(self) -> datetime:
        return START + timedelta(hours=self.hour)

    def moves(self, who: int, service: Callable[..., Any], expected: bool = True, **about: Any) -> None:
        self.number += 1
        about |= {"user_id": self.readers[who].pk, "key": f"story:{self.number}"}
        if expected:
            self.do(service, **about)
        else:
            assert not self.passes(service, **about)

    def do(self, service: Callable[..., Any], **about: Any) -> None:
        """It is sent twice, and kept to be sent again later."""
        service(**about)
        service(**about)
        self.done.append(lambda: service(**about))

    def passes(self, service: Callable[..., Any], **about: Any) -> bool:
        try:
            service(**about)
        except services.InsufficientFunds:
            return False
        return True

    def seen(self, user_id: int) -> dict[str, Any]:
        debts = Debt.objects.filter(wallet__user_id=user_id, outstanding__gt=0).order_by("pk")
        subscription = Subscription.objects.filter(user_id=user_id).select_related("plan", "next_plan").first()
        wallet = Wallet.objects.filter(user_id=user_id).first()
        return {
            "balance": wallet.balance if wallet else Decimal(0),
            "owed": list(debts.values_list("reference", "outstanding")),
            "plan": subscription.plan.code if subscription else "FREE",
            "next": subscription.next_plan.code if subscription and subscription.next_plan else None,
            "ends": (subscription.period_ends_at - START) // timedelta(hours=1)
            if subscription and subscription.period_ends_at
            else None,
        }


def expected(purse: Purse) -> dict[str, Any]:
    assert purse.balance >= 0
    return {
        "balance": purse.balance,
        "owed": [(debt.reference, debt.open) for debt in purse.owed if debt.open],
        "plan": purse.plan,
        "next": purse.next_plan,
        "ends": purse.ends,
    }
