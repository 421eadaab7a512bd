"""Top-ups: a payment waits until its provider confirms it; only then does money appear, once."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

import accounts.queries
from library_portal.errors import Forbidden, InvalidInput, NotFound
from library_portal.money import CENT
from library_portal.outbox import record
from subscriptions.events import PaymentConfirmed
from subscriptions.models import Payment
from subscriptions.services.wallet import lock_wallet, top_up


class InvalidAmount(InvalidInput):
    def __init__(self) -> None:
        limits = {"min": settings.TOP_UP_MIN, "max": settings.TOP_UP_MAX}
        super().__init__(errors={"amount": [_("A top-up is between $%(min)s and $%(max)s, in whole cents.") % limits]})


class UnknownProvider(InvalidInput):
    def __init__(self) -> None:
        super().__init__(errors={"provider": [_("This payment provider is not available here.")]})


class AccountClosed(Forbidden):
    title = _("This account is closed.")


class PaymentNotFound(NotFound):
    pass


@transaction.atomic
def start_top_up(*, user_id: int, amount: Decimal, provider: str) -> Payment:
    """A pending payment of `amount` dollars. Raises InvalidAmount, UnknownProvider, AccountClosed."""
    if provider not in settings.PAYMENT_PROVIDERS:
        raise UnknownProvider
    if not settings.TOP_UP_MIN <= amount <= settings.TOP_UP_MAX or amount != amount.quantize(CENT):
        raise InvalidAmount
    wallet = lock_wallet(user_id=user_id)
    if not accounts.queries.active_among(user_ids=[user_id]):
        raise AccountClosed
    return Payment.objects.create(wallet=wallet, amount=amount, provider=provider)


@transaction.atomic
def confirm_payment(*, payment_id: int, now: datetime) -> Payment:
    """The provider has the money: credit it, once however often this is called. Raises PaymentNotFound."""
    payment = _locked(payment_id)
    if payment.status == Payment.Status.PENDING:
        wallet = lock_wallet(user_id=payment.wallet.user_id)
        payment.status, payment.confirmed_at = Payment.Status.CONFIRMED, now
        payment.save(update_fields=["status", "confirmed_at"])
        top_up(
            wallet=wallet,
            amount=payment.amount,
            reference=f"payment:{payment.pk}",
            key=f"payment:{payment.pk}",
        )
        record(
            PaymentConfirmed(
                payment_id=payment.pk,
                user_id=wallet.user_id,
                amount=f"{payment.amount:.2f}",
                confirmed_at=now.isoformat(),
            )
        )
    return payment


@transaction.atomic
def cancel_payment(*, payment_id: int) -> Payment:
    """The patron or the provider gave up; a confirmed payment stays confirmed. Raises PaymentNotFound."""
    payment = _locked(payment_id)
    if payment.status == Payment.Status.PENDING:
        payment.status = Payment.Status.FAILED
        payment.save(update_fields=["status"])
    return payment


def _locked(payment_id: int) -> Payment:
    wallet_of = Payment.objects.filter(pk=payment_id).values_list("wallet__user_id", flat=True).first()
    if wallet_of is None:
        raise PaymentNotFound
    lock_wallet(user_id=wallet_of)
    return Payment.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=payment_id)
