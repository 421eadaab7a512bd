"""Adjustments by admins: small ones are written at once, large ones wait for the word of a second admin.

What one admin writes at once into one wallet on one day is added up, whichever way it goes: many small ones are a
large one. Admins' own wallets always need a second admin.
"""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Abs
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import accounts.queries
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import Forbidden, InvalidInput, NotFound, PortalError
from subscriptions.models import AdjustmentRequest, Wallet
from subscriptions.services.wallet import InsufficientFunds, adjust, lock_wallet

Decision = AdjustmentRequest.Decision


class AdjustmentNotFound(NotFound):
    pass


class WalletClosed(PortalError):
    code = "conflict"
    status = 409
    title = _("This account was deleted: its wallet is closed.")


class AlreadyDecided(PortalError):
    code = "conflict"
    status = 409
    title = _("This adjustment was decided already.")


class SentBefore(PortalError):
    code = "conflict"
    status = 409
    title = _("This form was sent before with other values. Please open it anew.")


class NeedsAnotherAdmin(Forbidden):
    title = _("Nobody approves what they asked for themselves, or decides about their own wallet.")


@transaction.atomic
def request_adjustment(
    *, user_id: int, amount: Decimal, reason: str, by_id: int, key: str, now: datetime
) -> AdjustmentRequest:
    """Put `amount` dollars into the wallet (negative: out of it), now or when another admin approves; once per `key`.

    Raises InvalidInput without a reason or an amount, SentBefore, WalletClosed, InsufficientFunds below zero.
    """
    _check(amount, reason)
    wallet = lock_wallet(user_id=user_id)
    asked = {"wallet": wallet, "amount": amount, "reason": reason.strip(), "requested_by_id": by_id}
    if before := AdjustmentRequest.objects.filter(idempotency_key=key).first():
        return _same(before, asked)
    _check_possible(wallet, amount)
    waits = wallet.user_id == by_id or _of_today(wallet, by_id, now) + abs(amount) > settings.ADJUSTMENT_NEEDS_SECOND
    decided = {"decision": Decision.WAITING} if waits else {"decision": Decision.AT_ONCE, "decided_at": now}
    request = AdjustmentRequest.objects.create(**asked, **decided, idempotency_key=key, requested_at=now)
    if waits:
        _record(Action.ADJUSTMENT_REQUESTED, request, wallet)
    else:
        _write(request, wallet)
    return request


@transaction.atomic
def approve_adjustment(*, request_id: int, by_id: int, now: datetime) -> AdjustmentRequest:
    """The second admin's word: the money moves, once.

    Raises AdjustmentNotFound, NeedsAnotherAdmin, AlreadyDecided, WalletClosed, InsufficientFunds below zero.
    """
    request, wallet = _locked(request_id)
    if by_id in (request.requested_by_id, wallet.user_id):
        raise NeedsAnotherAdmin
    if _decide(request, Decision.APPROVED, by_id=by_id, now=now):
        _check_possible(wallet, request.amount)
        _write(request, wallet)
    return request


@transaction.atomic
def reject_adjustment(*, request_id: int, by_id: int, now: datetime) -> AdjustmentRequest:
    """Nothing moves. Who asked may take it back so, too.

    Raises AdjustmentNotFound, NeedsAnotherAdmin, AlreadyDecided.
    """
    request, wallet = _locked(request_id)
    if by_id == wallet.user_id != request.requested_by_id:
        raise NeedsAnotherAdmin
    if _decide(request, Decision.REJECTED, by_id=by_id, now=now):
        _record(Action.ADJUSTMENT_REJECTED, request, wallet)
    return request


def reject_waiting(*, user_id: int, now: datetime) -> None:
    """Of an account that is being deleted."""
    waiting = AdjustmentRequest.objects.filter(wallet__user_id=user_id, decision=Decision.WAITING)
    waiting.update(decision=Decision.REJECTED, decided_at=now)


def _check(amount: Decimal, reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(errors={"reason": [_("An adjustment needs a reason.")]})
    if amount == 0:
        raise InvalidInput(errors={"amount": [_("An adjustment of nothing is none.")]})


def _check_possible(wallet: Wallet, amount: Decimal) -> None:
    """Needs the wallet's lock: whoever deletes the account takes it too."""
    if accounts.queries.user(user_id=wallet.user_id).erased_at:
        raise WalletClosed
    if wallet.balance + amount < 0:
        raise InsufficientFunds(required=-amount, balance=wallet.balance)


def _same(before: AdjustmentRequest, asked: dict[str, object]) -> AdjustmentRequest:
    if any(getattr(before, name) != value for name, value in asked.items()):
        raise SentBefore
    return before


def _of_today(wallet: Wallet, by_id: int, now: datetime) -> Decimal:
    """Dollars this admin has moved in this wallet without a second one since the library's midnight."""
    midnight = timezone.localtime(now, timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    today = wallet.adjustments.filter(requested_by=by_id, requested_at__gte=midnight, decision=Decision.AT_ONCE)
    return today.aggregate(sum=Sum(Abs("amount")))["sum"] or Decimal("0.00")


def _locked(request_id: int) -> tuple[AdjustmentRequest, Wallet]:
    """The wallet's lock is the request's too."""
    found = AdjustmentRequest.objects.filter(pk=request_id).values_list("wallet__user_id", flat=True).first()
    if found is None:
        raise AdjustmentNotFound
    wallet = lock_wallet(user_id=found)
    return AdjustmentRequest.objects.get(pk=request_id), wallet


def _decide(request: AdjustmentRequest, decision: AdjustmentRequest.Decision, *, by_id: int, now: datetime) -> bool:
    """False where the same person has said the same before. Raises AlreadyDecided."""
    if request.decision != Decision.WAITING:
        if (request.decision, request.decided_by_id) == (decision, by_id):
            return False
        raise AlreadyDecided
    request.decision, request.decided_by_id, request.decided_at = decision, by_id, now
    request.save(update_fields=["decision", "decided_by", "decided_at"])
    return True


def _write(request: AdjustmentRequest, wallet: Wallet) -> None:
    """The admins' numbers stand with the reason: the ledger outlives their accounts."""
    by = [f"#{pk}" for pk in (request.requested_by_id, request.decided_by_id) if pk]
    adjust(
        user_id=wallet.user_id,
        amount=request.amount,
        reason=f"{request.reason} ({', '.join(by)})",
        key=f"adjustment:{request.pk}",
        reference=f"adjustment:{request.pk}",
    )
    approved = request.decision == Decision.APPROVED
    _record(Action.ADJUSTMENT_APPROVED if approved else Action.WALLET_ADJUSTED, request, wallet)


def _record(action: Action, request: AdjustmentRequest, wallet: Wallet) -> None:
    audit.record(action, whom_id=wallet.user_id, adjustment=request.pk, amount=f"{request.amount:.2f}")
