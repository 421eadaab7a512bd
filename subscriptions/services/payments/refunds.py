"""A top-up goes back by its provider, whole or in part: first it leaves the wallet, then the provider is asked."""

import logging
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

import accounts.queries
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import InvalidInput, PortalError
from library_portal.money import CENT
from library_portal.outbox import record
from subscriptions.events import PaymentRefunded, PaymentRefundFailed
from subscriptions.models import Payment, PaymentRefund, ProviderEvent
from subscriptions.payments.provider import Notice, ProviderAway, ProviderRefused, State
from subscriptions.payments.registry import provider_named
from subscriptions.services.payments.settling import locked_payment
from subscriptions.services.wallet import EntryKind, charge, return_top_up

logger = logging.getLogger(__name__)
Status, Outcome = PaymentRefund.Status, ProviderEvent.Outcome


class NotRefundable(PortalError):
    """Never paid, paid with another amount, given back already, or by a provider that is not on any more."""

    code = "conflict"
    status = 409
    title = _("This payment can't be given back.")


class AskedBefore(PortalError):
    """The same form asked for another refund already."""

    code = "conflict"
    status = 409
    title = _("Another amount was given back by this form already. Please look at the payment and open the form anew.")


def refund_payment(*, payment_id: int, amount: Decimal, reason: str, by: int, key: str, now: datetime) -> PaymentRefund:
    """Give back `amount` dollars of a top-up: at most what is left of it and what its wallet holds. `by` is the admin's
    id; the same `key` asks once, and is refused for another payment or amount. The refund is then done, failed (the
    money is in the wallet again) or still pending: the sweep asks on.

    Raises PaymentNotFound, NotRefundable, AskedBefore, InsufficientFunds; InvalidInput for an amount or without a
    reason.
    """
    refund = _promised(payment_id, amount, reason.strip(), by, key)
    try:
        return ask_for_refund(refund_id=refund.pk, now=now)
    except ProviderAway:
        logger.warning("Refund %s: %s does not answer", refund.pk, refund.payment.provider)
        return refund


def ask_for_refund(*, refund_id: int, now: datetime) -> PaymentRefund:
    """Ask the provider for a refund that is pending; asking again is safe, also when this is cut short: that it was
    asked is written down before. Raises ProviderAway.
    """
    refund = PaymentRefund.objects.select_related("payment").get(pk=refund_id)
    if refund.status != Status.PENDING:
        return refund
    PaymentRefund.objects.filter(pk=refund_id).update(asked_at=now)
    try:
        notice = provider_named(refund.payment.provider).refund(refund)
    except ProviderRefused:
        notice = Notice(state=State.REFUND_FAILED)
    settle_refund(refund_id=refund_id, notice=notice, now=now)
    refund.refresh_from_db()
    return refund


@transaction.atomic
def settle_refund(*, refund_id: int, notice: Notice, now: datetime) -> str:
    """What the provider says of it, once. One that was done may fail later: the provider has the money again."""
    payment = locked_payment(PaymentRefund.objects.values_list("payment_id", flat=True).get(pk=refund_id))
    refund = PaymentRefund.objects.select_for_update().get(pk=refund_id)
    if notice.refund_reference and not refund.provider_reference:
        refund.provider_reference = notice.refund_reference
        refund.save(update_fields=["provider_reference"])
    if notice.state == State.REFUNDED and refund.status == Status.PENDING:
        _close(refund, Status.DONE, now)
        record(PaymentRefunded(**_about(refund, payment)))
        return Outcome.REFUNDED
    if notice.state == State.REFUND_FAILED and refund.status in (Status.PENDING, Status.DONE):
        return _failed(refund, payment, now)
    return Outcome.NOTHING


@transaction.atomic(durable=True)
def _promised(payment_id: int, amount: Decimal, reason: str, by: int, key: str) -> PaymentRefund:
    payment = locked_payment(payment_id)
    if known := PaymentRefund.objects.filter(idempotency_key=key).first():
        if (known.payment_id, known.amount) != (payment_id, amount):
            raise AskedBefore
        return known
    _check(payment, amount, reason)
    refund = PaymentRefund.objects.create(
        payment=payment, amount=amount, reason=reason, requested_by_id=by, idempotency_key=key
    )
    payment.refunded += amount
    payment.save(update_fields=["refunded"])
    audit.record(
        Action.PAYMENT_REFUNDED,
        whom_id=payment.wallet.user_id,
        who_id=by,
        payment=payment.pk,
        amount=f"{amount:.2f}",
    )
    if payment.status == Payment.Status.CONFIRMED:
        _take_out(refund, payment)
    return refund


def _take_out(refund: PaymentRefund, payment: Payment) -> None:
    """Raises InsufficientFunds."""
    charge(
        user_id=payment.wallet.user_id,
        amount=refund.amount,
        kind=EntryKind.TOP_UP_REFUND,
        reference=f"payment:{payment.pk}",
        key=f"payment-refund:{refund.pk}",
    )


def _check(payment: Payment, amount: Decimal, reason: str) -> None:
    """What is held because its owner is gone can be given back; of another amount than ours we know too little."""
    is_held = payment.status == Payment.Status.HELD and payment.problem == Payment.Problem.OWNER_GONE
    left = payment.amount - payment.refunded
    if not left or not (payment.status == Payment.Status.CONFIRMED or is_held):
        raise NotRefundable
    if payment.provider not in settings.PAYMENT_PROVIDERS:
        raise NotRefundable
    if not 0 < amount <= left or amount != amount.quantize(CENT):
        raise InvalidInput(errors={"amount": [_("At most $%(left)s are left of this payment.") % {"left": left}]})
    if not reason:
        raise InvalidInput(errors={"reason": [_("A refund needs a reason.")]})


def _close(refund: PaymentRefund, status: str, now: datetime) -> None:
    refund.status, refund.settled_at = status, now
    refund.save(update_fields=["status", "settled_at"])


def _failed(refund: PaymentRefund, payment: Payment, now: datetime) -> str:
    """Into the wallet it came from; where nobody has that any more it stays out, for an admin to look at."""
    was_charged = payment.status == Payment.Status.CONFIRMED
    if was_charged and not accounts.queries.active_among(user_ids=[payment.wallet.user_id]):
        logger.error("Refund %s failed, and nobody has the wallet it came from", refund.pk)
        _close(refund, Status.HELD, now)
        return Outcome.HELD
    _close(refund, Status.FAILED, now)
    payment.refunded -= refund.amount
    payment.save(update_fields=["refunded"])
    if was_charged:
        return_top_up(
            user_id=payment.wallet.user_id,
            amount=refund.amount,
            reference=f"payment:{payment.pk}",
            key=f"payment-refund:{refund.pk}:failed",
        )
    record(PaymentRefundFailed(**_about(refund, payment)))
    return Outcome.REFUNDED


def _about(refund: PaymentRefund, payment: Payment) -> dict[str, Any]:
    return {
        "refund_id": refund.pk,
        "payment_id": payment.pk,
        "user_id": payment.wallet.user_id,
        "amount": f"{refund.amount:.2f}",
    }
