"""Reads of plans and money, for this app and those above it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from subscriptions.models import Debt, LedgerEntry, Payment, Plan, Subscription, Wallet

FREE = "FREE"


@dataclass(frozen=True)
class WalletState:
    """Dollars: what is there, and what is owed."""

    balance: Decimal
    debt: Decimal


def plans() -> QuerySet[Plan]:
    return Plan.objects.all()


def current_plan(*, user_id: int, now: datetime) -> Plan:
    return current_plans(user_ids=[user_id], now=now)[user_id]


def current_plans(*, user_ids: Collection[int], now: datetime) -> dict[int, Plan]:
    """The plan whose limits hold now: an expired one gives FREE's at once (rules.md, "Plans")."""
    running = Subscription.objects.filter(Q(period_ends_at=None) | Q(period_ends_at__gt=now), user__in=user_ids)
    plans_of = {subscription.user_id: subscription.plan for subscription in running.select_related("plan")}
    free = None if len(plans_of) == len(user_ids) else Plan.objects.get(code=FREE)
    return {user_id: plans_of.get(user_id) or free for user_id in user_ids}  # type: ignore[misc]


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
