"""What a provider says of a payment is compared with our record, and becomes money once.

A payment that was cancelled, failed or expired here and is paid all the same is money: it is credited. What can't be
credited (another amount or currency, an account that is closed) is held: no wallet has it, admins see it.
"""

import logging
from datetime import datetime

from django.db import transaction

import accounts.queries
from library_portal.errors import NotFound
from library_portal.money import CURRENCY
from library_portal.outbox import record
from subscriptions.events import PaymentConfirmed, PaymentHeld
from subscriptions.models import Payment, ProviderEvent
from subscriptions.payments.provider import Notice, ProviderAway, ProviderRefused, State
from subscriptions.payments.registry import provider_named
from subscriptions.services.wallet import lock_wallet, top_up

logger = logging.getLogger(__name__)
Status, Problem, Outcome = Payment.Status, Payment.Problem, ProviderEvent.Outcome
NEVER_PAID = (Status.PENDING, Status.FAILED, Status.CANCELLED, Status.EXPIRED)


class PaymentNotFound(NotFound):
    pass


@transaction.atomic
def settle(*, payment_id: int, notice: Notice, now: datetime) -> str:
    """Once however often it is said, in whatever order. Raises PaymentNotFound, also for another's reference."""
    payment = locked_payment(payment_id)
    _is_the_same(payment, notice)
    if notice.state == State.PAID and payment.status in NEVER_PAID:
        return _paid(payment, notice, now)
    if notice.state == State.FAILED and payment.status == Status.PENDING:
        payment.status = Status.FAILED
        payment.save(update_fields=["status"])
        return Outcome.FAILED
    return Outcome.NOTHING


def confirm_payment(*, payment_id: int, now: datetime) -> Payment:
    """The provider has all of the money. Raises PaymentNotFound."""
    amount = Payment.objects.filter(pk=payment_id).values_list("amount", flat=True).first()
    settle(payment_id=payment_id, notice=Notice(state=State.PAID, amount=amount, currency=CURRENCY), now=now)
    return Payment.objects.get(pk=payment_id)


def cancel_payment(*, payment_id: int, now: datetime, status: str = Status.CANCELLED) -> Payment:
    """The patron gave up; a confirmed payment stays confirmed. The provider is told first, as far as it listens: what
    was paid there a moment ago is money, and what is underway there stays open, as nobody can stop it.

    Raises PaymentNotFound.
    """
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise PaymentNotFound
    is_at_provider = payment.status == Status.PENDING and payment.provider_reference
    if is_at_provider and _called_off(payment, now) == State.UNDERWAY and status == Status.CANCELLED:
        return payment
    return _cancelled(payment_id, status)


def _called_off(payment: Payment, now: datetime) -> State | None:
    """How it stands at a provider that refuses to stop it."""
    try:
        provider = provider_named(payment.provider)
        try:
            provider.cancel(payment)
        except ProviderRefused:
            notice = provider.collect(payment)
            settle(payment_id=payment.pk, notice=notice, now=now)
            return notice.state
    except (ProviderAway, ProviderRefused, NotFound):
        logger.warning("Payment %s is cancelled, and %s could not be told", payment.pk, payment.provider)
    return None


@transaction.atomic
def _cancelled(payment_id: int, status: str) -> Payment:
    payment = locked_payment(payment_id)
    if payment.status == Status.PENDING:
        payment.status = status
        payment.save(update_fields=["status"])
    return payment


def locked_payment(payment_id: int) -> Payment:
    """With its wallet's lock first. Raises PaymentNotFound."""
    wallet_of = Payment.objects.filter(pk=payment_id).values_list("wallet__user_id", flat=True).first()
    if wallet_of is None:
        raise PaymentNotFound
    lock_wallet(user_id=wallet_of)
    return Payment.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=payment_id)


def _is_the_same(payment: Payment, notice: Notice) -> None:
    """Another site with the same keys may count its payments by the same numbers; and what was given up before its page
    was made was paid by nobody. Raises PaymentNotFound.
    """
    known = payment.provider_reference
    if notice.reference and known != notice.reference and (known or payment.status != Status.PENDING):
        raise PaymentNotFound
    if notice.reference and not known:
        payment.provider_reference = notice.reference
        payment.save(update_fields=["provider_reference"])


def _paid(payment: Payment, notice: Notice, now: datetime) -> str:
    payment.charge_reference = notice.charge
    problem = _problem(payment, notice)
    if problem:
        return _hold(payment, problem)
    payment.status, payment.confirmed_at = Status.CONFIRMED, now
    payment.save(update_fields=["status", "confirmed_at", "charge_reference"])
    wallet = lock_wallet(user_id=payment.wallet.user_id)
    top_up(wallet=wallet, amount=payment.amount, reference=f"payment:{payment.pk}", key=f"payment:{payment.pk}")
    record(
        PaymentConfirmed(
            payment_id=payment.pk,
            user_id=wallet.user_id,
            amount=f"{payment.amount:.2f}",
            confirmed_at=now.isoformat(),
        )
    )
    return Outcome.CREDITED


def _problem(payment: Payment, notice: Notice) -> str:
    if (notice.amount, notice.currency) != (payment.amount, CURRENCY):
        return Problem.MISMATCH
    if not accounts.queries.active_among(user_ids=[payment.wallet.user_id]):
        return Problem.OWNER_GONE
    return Problem.NONE


def _hold(payment: Payment, problem: str) -> str:
    payment.status, payment.problem = Status.HELD, problem
    payment.save(update_fields=["status", "problem", "charge_reference"])
    record(PaymentHeld(payment_id=payment.pk, problem=str(problem)))
    logger.error("Payment %s was paid and is not credited: %s", payment.pk, problem)
    return Outcome.HELD
