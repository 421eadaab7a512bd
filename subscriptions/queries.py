"""Reads of plans and money, for this app and those above it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet, Sum

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
    """The plan whose limits hold now: an expired one gives FREE's at once (rules.md, "Plans")."""
    subscription = subscription_of(user_id=user_id)
    if subscription and (subscription.period_ends_at is None or subscription.period_ends_at > now):
        return subscription.plan
    return Plan.objects.get(code=FREE)


def subscription_of(*, user_id: int) -> Subscription | None:
    return Subscription.objects.select_related("plan", "next_plan").filter(user_id=user_id).first()


def wallet_of(*, user_id: int) -> WalletState:
    balance = Wallet.objects.filter(user_id=user_id).values_list("balance", flat=True).first()
    return WalletState(balance=balance or Decimal("0.00"), debt=open_debt(user_id=user_id))


def open_debt(*, user_id: int) -> Decimal:
    total = Debt.objects.filter(wallet__user_id=user_id, outstanding__gt=0).aggregate(total=Sum("outstanding"))["total"]
    return total or Decimal("0.00")


def statement(*, user_id: int) -> QuerySet[LedgerEntry]:
    """The ledger, newest first; page it by cursor."""
    return LedgerEntry.objects.filter(wallet__user_id=user_id).order_by("-pk")


def payments_of(*, user_id: int) -> QuerySet[Payment]:
    return Payment.objects.filter(wallet__user_id=user_id).order_by("-pk")


def spent_on_reservations(*, user_id: int, now: datetime) -> Decimal:
    """Dollars paid for reservations, less what came back, in the days that count for the big-spender reward."""
    total = LedgerEntry.objects.filter(
        wallet__user_id=user_id,
        kind__in=[LedgerEntry.Kind.RESERVATION, LedgerEntry.Kind.REFUND],
        reference__startswith="reservation:",
        created_at__gt=now - timedelta(days=settings.BIG_SPENDER_DAYS),
    ).aggregate(total=Sum("amount"))["total"]
    return max(-total, Decimal(0)) if total else Decimal(0)
