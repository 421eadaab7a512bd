"""Random movements of money on the real services and PostgreSQL; after each, every wallet is what the pure one beside
it says (purse.py), and at the end the auditor finds nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.models import Role, User
from library_portal.auditing import Moment, report_on
from subscriptions import services
from subscriptions.auditing import CHECKS
from subscriptions.models import (
    AdjustmentRequest,
    Debt,
    LedgerEntry,
    Payment,
    PaymentRefund,
    Subscription,
    Wallet,
)
from subscriptions.payments.provider import Notice, State
from subscriptions.services.payments.refunds import settle_refund
from tests.factories.people import patron, person
from tests.subscriptions.money.purse import PRICES, Purse

START = datetime(2026, 11, 2, 12, tzinfo=UTC)
PEOPLE = 2

who = st.sampled_from(range(PEOPLE))
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
        self.admin, self.second_admin = person(Role.ADMIN), person(Role.ADMIN)
        self.paid: list[tuple[int, int]] = []
        self.asked: list[tuple[int, int, Decimal]] = []
        self.left: set[int] = set()
        self.top_up(0, 20)
        self.choose_a_plan(0, "PLUS")

    def teardown(self) -> None:
        if hasattr(self, "example"):
            try:
                User.objects.filter(pk__in=self.left).update(erased_at=START)  # the stories go on without them leaving
                assert report_on(CHECKS, Moment(datetime.now(UTC))).wrong == {}
            finally:
                transaction.savepoint_rollback(self.example)

    # What happens to money.

    @rule(who=who, whole=st.integers(1, 20))
    def top_up(self, who: int, whole: int) -> None:
        payment = services.start_top_up(user_id=self.readers[who].pk, amount=Decimal(whole), provider="test")
        self.paid.append((who, payment.pk))
        self.purses[who].top_up(Decimal(whole), payment.pk)
        self.do(services.confirm_payment, payment_id=payment.pk, now=self.now)

    @rule(who=who, whole=st.integers(1, 20))
    def give_up_a_top_up(self, who: int, whole: int) -> None:
        payment = services.start_top_up(user_id=self.readers[who].pk, amount=Decimal(whole), provider="test")
        self.do(services.cancel_payment, payment_id=payment.pk, now=self.now)

    @rule(which=st.integers(0, 1000), part=st.sampled_from([None, Decimal("0.01"), Decimal("3.33")]))
    def give_a_top_up_back(self, which: int, part: Decimal | None) -> None:
        """Whole or in part, as far as the wallet has it."""
        who, payment_id = self.paid[which % len(self.paid)]
        left = self.purses[who].left[payment_id]
        if not left:
            return
        amount = min(part or left, left)
        expected = self.purses[who].give_back(amount, payment_id)
        about = {"payment_id": payment_id, "amount": amount, "reason": "Random", "by": self.admin.pk, "now": self.now}
        self.moves(services.refund_payment, expected, **about)

    @rule(which=st.integers(0, 1000))
    def what_went_back_comes_again(self, which: int) -> None:
        """The provider says later that it failed."""
        refunds = list(PaymentRefund.objects.filter(status="done").order_by("pk").select_related("payment__wallet"))
        if not refunds:
            return
        refund = refunds[which % len(refunds)]
        purse = self.purses[[reader.pk for reader in self.readers].index(refund.payment.wallet.user_id)]
        purse.give_back(-refund.amount, refund.payment_id)
        self.do(settle_refund, refund_id=refund.pk, notice=Notice(state=State.REFUND_FAILED), now=self.now)

    @rule(who=who, amount=dollars, reference=reference)
    def charge(self, who: int, amount: Decimal, reference: str) -> None:
        expected = self.purses[who].pay(amount)
        self.moves_of(who, services.charge, expected, amount=amount, kind="reservation", reference=reference)

    @rule(who=who, amount=dollars, reference=reference)
    def refund(self, who: int, amount: Decimal, reference: str) -> None:
        self.purses[who].pay(-amount)
        self.moves_of(who, services.refund, amount=amount, reference=reference)

    @rule(who=who, amount=fees, reference=reference)
    def charge_a_fee(self, who: int, amount: Decimal, reference: str) -> None:
        self.purses[who].fee(amount, reference)
        self.moves_of(who, services.charge_or_owe, amount=amount, kind="late_fee", reference=reference)

    @rule(who=who, amount=dollars, reference=reference)
    def take_a_fee_back(self, who: int, amount: Decimal, reference: str) -> None:
        self.purses[who].fee_back(amount, reference)
        self.moves_of(who, services.take_fee_back, amount=amount, kind="late_fee", reference=reference)

    @rule(who=who, amount=dollars, sign=st.sampled_from([1, -1]))
    def adjust(self, who: int, amount: Decimal, sign: int) -> None:
        expected = self.purses[who].adjust(sign * amount)
        self.moves_of(who, services.adjust, expected, amount=sign * amount, reason="Random")

    @rule(who=who, cents=st.integers(1, 5000), sign=st.sampled_from([1, -1]))
    def ask_for_a_large_adjustment(self, who: int, cents: int, sign: int) -> None:
        """Nothing moves until a second admin has approved it."""
        amount = sign * (settings.ADJUSTMENT_NEEDS_SECOND + Decimal(cents) / 100)
        about = {"user_id": self.readers[who].pk, "amount": amount, "by_id": self.admin.pk, "now": self.now}
        expected = self.purses[who].balance + amount >= 0
        self.moves(services.request_adjustment, expected, reason="Random", **about)
        if expected:
            self.asked.append((who, AdjustmentRequest.objects.latest("pk").pk, amount))

    @precondition(lambda self: getattr(self, "asked", None))
    @rule(approves=st.booleans())
    def a_second_admin_decides(self, approves: bool) -> None:
        """What the wallet does not cover any more goes on waiting."""
        who, request_id, amount = self.asked[0]
        about = {"request_id": request_id, "by_id": self.second_admin.pk, "now": self.now}
        if approves and not self.purses[who].adjust(amount):
            assert not self.passes(services.approve_adjustment, **about)
            return
        self.do(services.approve_adjustment if approves else services.reject_adjustment, **about)
        del self.asked[0]

    @rule(who=who)
    def leave(self, who: int) -> None:
        self.purses[who].leave()
        self.left.add(self.readers[who].pk)
        self.do(services.give_up_balance, user_id=self.readers[who].pk)

    @rule(who=who, plan=st.sampled_from(list(PRICES)))
    def choose_a_plan(self, who: int, plan: str) -> None:
        expected = self.purses[who].choose(plan, self.hour)
        about = {"user_id": self.readers[who].pk, "plan_code": plan, "now": self.now}
        assert self.passes(services.change_plan, **about) == expected
        if expected:
            services.change_plan(**about)

    @rule(who=who, renews=st.booleans())
    def let_it_renew(self, who: int, renews: bool) -> None:
        if self.purses[who].plan != "FREE" and not self.purses[who].has_ended(self.hour):
            self.purses[who].renews = renews
            services.set_auto_renew(user_id=self.readers[who].pk, auto_renew=renews, now=self.now)

    # Time.

    @rule(hours=st.sampled_from([1, 7 * 24, 29 * 24]))
    def wait(self, hours: int) -> None:
        self.hour += hours

    @rule(who=who, hours=st.sampled_from([0, 30 * 24, 31 * 24, 61 * 24]))
    def the_job_comes_by(self, who: int, hours: int) -> None:
        self.hour += hours
        about = {"user_id": self.readers[who].pk, "now": self.now}
        assert services.end_period(**about) == self.purses[who].end_period(self.hour)
        assert not services.end_period(**about)

    @rule(who=who)
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
        """What is in the ledger = what was topped up − what of it went back + adjustments − income."""
        if not hasattr(self, "readers"):
            return
        ledger = LedgerEntry.objects.aggregate(total=Sum("amount", default=Decimal(0)))["total"]
        paid = Payment.objects.filter(status="confirmed").aggregate(total=Sum("amount", default=Decimal(0)))["total"]
        back = Payment.objects.aggregate(total=Sum("refunded", default=Decimal(0)))["total"]
        assert paid - back == sum(sum(purse.left.values()) for purse in self.purses)
        assert ledger == paid - back + sum(purse.adjusted - purse.income for purse in self.purses)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    @property
    def now(self) -> datetime:
        return START + timedelta(hours=self.hour)

    def moves_of(self, who: int, service: Callable[..., Any], expected: bool = True, **about: Any) -> None:
        self.moves(service, expected, user_id=self.readers[who].pk, **about)

    def moves(self, service: Callable[..., Any], expected: bool, **about: Any) -> None:
        """Once per key, or not at all."""
        self.number += 1
        about["key"] = f"story:{self.number}"
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
