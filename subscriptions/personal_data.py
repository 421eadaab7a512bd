"""The part of plans and money in what the portal holds about a person (docs/privacy.md)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from library_portal.interface import dollars
from library_portal.personal_data import (
    ROWS_AT_ONCE,
    MayNotLeave,
    erases,
    exports_as,
    may_object,
    take_name_out_of_admin_log,
    would_lose,
)
from subscriptions import queries, services
from subscriptions.models import AdjustmentRequest, Debt, LedgerEntry, Payment, PaymentRefund, Subscription, Wallet


class DebtOpen(MayNotLeave):
    """Rules.md, "Accounts": refused while a debt is open."""


class RefundOpen(MayNotLeave):
    """What left the wallet has not arrived yet."""


@exports_as("subscription", Subscription)
def subscription(user_id: int) -> dict[str, Any] | None:
    fields = ("plan__code", "next_plan__code", "period_started_at", "period_ends_at", "auto_renew")
    return Subscription.objects.filter(user_id=user_id).values(*fields).first()


@exports_as("wallet", Wallet)
def wallet(user_id: int) -> dict[str, Any]:
    state = queries.wallet_of(user_id=user_id)
    return {"balance": f"{state.balance:.2f}", "debt": f"{state.debt:.2f}"}


@exports_as("wallet_entries", LedgerEntry)
def wallet_entries(user_id: int) -> Iterator[dict[str, Any]]:
    fields = ("id", "kind", "amount", "balance_after", "reference", "reason", "created_at")
    rows = LedgerEntry.objects.filter(wallet__user_id=user_id).order_by("pk")
    return rows.values(*fields).iterator(chunk_size=ROWS_AT_ONCE)


@exports_as("payments", Payment)
def payments(user_id: int) -> Iterator[dict[str, Any]]:
    fields = ("id", "amount", "refunded", "provider", "provider_reference", "status", "created_at", "confirmed_at")
    rows = Payment.objects.filter(wallet__user_id=user_id).order_by("pk")
    return rows.values(*fields).iterator(chunk_size=ROWS_AT_ONCE)


@exports_as("payment_refunds", PaymentRefund)
def payment_refunds(user_id: int) -> Iterator[dict[str, Any]]:
    fields = ("payment_id", "amount", "status", "created_at", "settled_at")
    rows = PaymentRefund.objects.filter(payment__wallet__user_id=user_id).order_by("pk")
    return rows.values(*fields).iterator(chunk_size=ROWS_AT_ONCE)


@exports_as("debts", Debt)
def debts(user_id: int) -> Iterator[dict[str, Any]]:
    fields = ("id", "amount", "outstanding", "reference", "created_at")
    rows = Debt.objects.filter(wallet__user_id=user_id).order_by("pk")
    return rows.values(*fields).iterator(chunk_size=ROWS_AT_ONCE)


@exports_as("adjustments", AdjustmentRequest)
def adjustments(user_id: int) -> Iterator[dict[str, Any]]:
    """Of this person's wallet; which of the staff asked and decided is the library's record."""
    fields = ("id", "amount", "reason", "requested_at", "decision", "decided_at")
    rows = AdjustmentRequest.objects.filter(wallet__user_id=user_id).order_by("pk")
    return rows.values(*fields).iterator(chunk_size=ROWS_AT_ONCE)


@may_object
def a_debt_is_open(user_id: int) -> None:
    """Raises DebtOpen. The lock keeps money from moving until the account is gone."""
    services.lock_wallet(user_id=user_id)
    if debt := queries.wallet_of(user_id=user_id).debt:
        raise DebtOpen(_("%(amount)s is still owed. Please top up your wallet first.") % {"amount": dollars(debt)})


@may_object
def a_refund_is_on_its_way(user_id: int) -> None:
    """Raises RefundOpen: should it fail, the money has to have a place to come back to."""
    if queries.open_refunds_of(user_id=user_id).exists():
        raise RefundOpen(_("A refund is still on its way. Please try again when it has arrived."))


@would_lose
def money_in_the_wallet(user_id: int) -> str | None:
    balance = queries.wallet_of(user_id=user_id).balance
    return _("%(amount)s in your wallet") % {"amount": dollars(balance)} if balance else None


@erases
def close_wallet(user_id: int, now: datetime) -> None:
    """The ledger stays; what is left was given up, and nothing comes in any more."""
    services.give_up_balance(user_id=user_id)
    payments = Payment.objects.filter(wallet__user_id=user_id, status=Payment.Status.PENDING)
    payments.update(status=Payment.Status.CANCELLED)
    services.reject_waiting(user_id=user_id, now=now)
    subscriptions = Subscription.objects.filter(user_id=user_id)
    take_name_out_of_admin_log(subscriptions, name="deleted")
    subscriptions.delete()
