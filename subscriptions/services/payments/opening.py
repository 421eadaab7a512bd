"""A top-up begins: a payment of ours first, then the provider's page for it."""

from datetime import timedelta
from decimal import Decimal
from math import ceil

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import accounts.queries
from library_portal.errors import Forbidden, InvalidInput, RateLimited
from library_portal.money import CENT
from library_portal.outbox import record
from subscriptions.events import PaymentStarted
from subscriptions.models import Payment, Wallet
from subscriptions.payments.provider import Checkout, ProviderRefused
from subscriptions.payments.registry import provider_named
from subscriptions.services.payments.settling import locked_payment
from subscriptions.services.wallet import lock_wallet

Status = Payment.Status
AN_HOUR = timedelta(hours=1)


class InvalidAmount(InvalidInput):
    def __init__(self) -> None:
        limits = {"min": settings.TOP_UP_MIN, "max": settings.TOP_UP_MAX}
        super().__init__(errors={"amount": [_("A top-up is between $%(min)s and $%(max)s, in whole cents.") % limits]})


class UnknownProvider(InvalidInput):
    def __init__(self) -> None:
        super().__init__(errors={"provider": [_("This payment provider is not available here.")]})


class AccountClosed(Forbidden):
    title = _("This account is closed.")


def start_top_up(*, user_id: int, amount: Decimal, provider: str, begun: int | None = None) -> Payment:
    """A payment of `amount` dollars with the provider's page for it. `begun` is the payment that the same request made
    when it was cut short: it goes on with that one while it is open.

    Raises InvalidAmount, UnknownProvider, AccountClosed, RateLimited; ProviderAway (it stays open, a repetition goes on
    with it or the sweep ends it) and ProviderRefused.
    """
    payment = Payment.objects.filter(pk=begun, wallet__user_id=user_id).first() if begun else None
    if payment is None or (payment.status == Status.FAILED and not payment.provider_reference):
        payment = _new_payment(user_id=user_id, amount=amount, provider=provider)
    return _opened(payment)


@transaction.atomic(durable=True)
def _new_payment(*, user_id: int, amount: Decimal, provider: str) -> Payment:
    if provider not in settings.PAYMENT_PROVIDERS:
        raise UnknownProvider
    if not settings.TOP_UP_MIN <= amount <= settings.TOP_UP_MAX or amount != amount.quantize(CENT):
        raise InvalidAmount
    wallet = lock_wallet(user_id=user_id)
    if not accounts.queries.active_among(user_ids=[user_id]):
        raise AccountClosed
    _not_too_often(wallet)
    payment = Payment.objects.create(wallet=wallet, amount=amount, provider=provider)
    payment.refresh_from_db(fields=["created_at"])
    record(
        PaymentStarted(payment_id=payment.pk, user_id=user_id, amount=f"{amount:.2f}", provider=provider),
    )
    return payment


def _not_too_often(wallet: Wallet) -> None:
    """By the payments themselves, under their wallet's lock: exact, whatever comes at once. Raises RateLimited."""
    nth = settings.TOP_UPS_PER_HOUR - 1
    begun_at = wallet.payments.order_by("-pk").values_list("created_at", flat=True)[nth:].first()
    if begun_at and (wait := begun_at + AN_HOUR - timezone.now()) > timedelta(0):
        raise RateLimited(retry_after=ceil(wait.total_seconds()))


def _opened(payment: Payment) -> Payment:
    if payment.status != Status.PENDING or payment.address:
        return payment
    try:
        checkout = provider_named(payment.provider).start(payment)
    except ProviderRefused:
        _refused(payment.pk)
        raise
    return _has_page(payment.pk, checkout)


@transaction.atomic
def _refused(payment_id: int) -> None:
    payment = locked_payment(payment_id)
    if payment.status == Status.PENDING and not payment.provider_reference:
        payment.status = Status.FAILED
        payment.save(update_fields=["status"])


@transaction.atomic
def _has_page(payment_id: int, checkout: Checkout) -> Payment:
    payment = locked_payment(payment_id)
    payment.provider_reference, payment.address = checkout.reference, checkout.address
    payment.save(update_fields=["provider_reference", "address"])
    return payment
