"""Reads of plans and money, for this app and those above it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum

from subscriptions.entitlements import PlanChange, change_to, has_ended, plan_in_force
from subscriptions.models import Debt, LedgerEntry, Payment, PaymentRefund, Plan, Subscription, Wallet

FREE = "FREE"


@dataclass(frozen=True)
class WalletState:
    """Dollars: what is there, and what is owed."""

    balance: Decimal
    debt: Decimal


def plans() -> QuerySet[Plan]:
    return Plan.objects.all()


def plans_with_patrons(*, now: datetime) -> QuerySet[Plan]:
    """Each with `patrons`: how many are in a period of it now."""
    running = Q(subscriptions__period_ends_at__gt=now)
    return Plan.objects.annotate(patrons=Count("subscriptions", filter=running))


def current_plan(*, user_id: int, now: datetime) -> Plan:
    return current_plans(user_ids=[user_id], now=now)[user_id]


def current_plans(*, user_ids: Collection[int], now: datetime) -> dict[int, Plan]:
    """The plan whose limits hold now: an expired one gives FREE's at once (rules.md, "Plans")."""
    rows = Subscription.objects.filter(user__in=user_ids).select_related("plan")
    running = {one.user_id: one for one in rows if not has_ended(one, now=now)}
    free = None if len(running) == len(user_ids) else free_plan()
    return {user_id: plan_in_force(running.get(user_id), free=free, now=now) for user_id in user_ids}


def free_plan() -> Plan:
    return Plan.objects.get(code=FREE)


def ended_periods(*, now: datetime, after: int, limit: int) -> list[int]:
    """People whose period is over and neither renewed nor ended yet, with ids above `after`, by id."""
    over = Subscription.objects.filter(period_ends_at__lte=now, user_id__gt=after).order_by("user_id")
    return list(over.values_list("user_id", flat=True)[:limit])


def ending_soon(*, now: datetime, after: int, limit: int) -> list[int]:
    """People who are to be told that their period ends (rules.md, "Plans"), with ids above `after`, by id."""
    until = now + timedelta(days=settings.PLAN_REMINDER_DAYS)
    ending = Subscription.objects.filter(period_ends_at__gt=now, period_ends_at__lte=until, reminded=False)
    return list(ending.filter(user_id__gt=after).order_by("user_id").values_list("user_id", flat=True)[:limit])


def plan_change(*, user_id: int, plan: Plan, now: datetime) -> PlanChange:
    """What choosing this plan would mean now; changes nothing."""
    return change_to(plan, subscription=subscription_of(user_id=user_id), free=free_plan(), now=now)


def subscription_of(*, user_id: int) -> Subscription | None:
    return Subscription.objects.select_related("plan", "next_plan").filter(user_id=user_id).first()


def wallet_of(*, user_id: int) -> WalletState:
    return wallets_of(user_ids=[user_id])[user_id]


def wallets_of(*, user_ids: Collection[int]) -> dict[int, WalletState]:
    """Also of those who have no wallet yet: empty."""
    nothing = Decimal("0.00")
    balances = dict(Wallet.objects.filter(user__in=user_ids).values_list("user_id", "balance"))
    open_debts = Debt.objects.filter(wallet__user__in=user_ids, outstanding__gt=0).order_by().values("wallet__user_id")
    debts = dict(open_debts.annotate(total=Sum("outstanding")).values_list("wallet__user_id", "total"))
    return {
        user_id: WalletState(balance=balances.get(user_id, nothing), debt=debts.get(user_id, nothing))
        for user_id in user_ids
    }


def open_debts(*, user_id: int) -> QuerySet[Debt]:
    return Debt.objects.filter(wallet__user_id=user_id, outstanding__gt=0).order_by("pk")


def statement(*, user_id: int) -> QuerySet[LedgerEntry]:
    """The ledger, newest first; page it by cursor."""
    return LedgerEntry.objects.filter(wallet__user_id=user_id).order_by("-pk")


def payments_of(*, user_id: int) -> QuerySet[Payment]:
    return Payment.objects.filter(wallet__user_id=user_id).order_by("-pk")


def open_payment_of(*, user_id: int) -> Payment | None:
    """The newest that its patron can still pay, or that the provider has not confirmed yet."""
    return payments_of(user_id=user_id).filter(status=Payment.Status.PENDING).first()


def top_up_of(*, payment: Payment) -> LedgerEntry | None:
    """The entry by which its money came into the wallet."""
    return entries_about(references=[f"payment:{payment.pk}"]).filter(kind=LedgerEntry.Kind.TOP_UP).first()


def open_payments(*, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Number and provider of payments that are left open for some minutes, whose providers can be asked.

    Those asked longest ago come first.
    """
    since = now - timedelta(minutes=settings.PAYMENT_ASK_AFTER_MINUTES)
    left = Payment.objects.filter(
        status=Payment.Status.PENDING, created_at__lte=since, provider__in=settings.PAYMENT_PROVIDERS
    )
    return list(left.order_by(F("asked_at").asc(nulls_first=True), "pk").values_list("pk", "provider")[:limit])


def open_refunds(*, limit: int) -> list[tuple[int, str]]:
    """Number and provider of refunds that have not arrived, those asked longest ago first."""
    left = PaymentRefund.objects.filter(
        status=PaymentRefund.Status.PENDING, payment__provider__in=settings.PAYMENT_PROVIDERS
    )
    by_asking = left.order_by(F("asked_at").asc(nulls_first=True), "pk")
    return list(by_asking.values_list("pk", "payment__provider")[:limit])


def open_refunds_of(*, user_id: int) -> QuerySet[PaymentRefund]:
    return PaymentRefund.objects.filter(payment__wallet__user_id=user_id, status=PaymentRefund.Status.PENDING)


def spent_on_reservations(*, user_ids: Collection[int], now: datetime) -> dict[int, Decimal]:
    """Dollars paid for reservations, less what came back, in the days that count for the big-spender reward.

    Who has spent nothing is left out.
    """
    entries = LedgerEntry.objects.filter(
        wallet__user__in=user_ids,
        kind__in=[LedgerEntry.Kind.RESERVATION, LedgerEntry.Kind.REFUND],
        reference__startswith="reservation:",
        created_at__gt=now - timedelta(days=settings.BIG_SPENDER_DAYS),
    )
    totals = entries.order_by().values("wallet__user_id").annotate(total=Sum("amount"))
    return {row["wallet__user_id"]: -row["total"] for row in totals}


def entries_about(*, references: Collection[str]) -> QuerySet[LedgerEntry]:
    """The movements of money that refer to these, newest first."""
    return LedgerEntry.objects.filter(reference__in=references).order_by("-pk")


def debts_about(*, references: Collection[str]) -> QuerySet[Debt]:
    """What is or was owed for these, settled or not, newest first."""
    return Debt.objects.filter(reference__in=references).order_by("-pk")
