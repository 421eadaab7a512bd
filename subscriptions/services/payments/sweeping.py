"""What providers did not tell is asked for: payments and refunds left open, a few minutes later."""

import logging
from datetime import datetime, timedelta

from django.conf import settings

from subscriptions.models import Payment, ProviderEvent
from subscriptions.payments.provider import ProviderRefused, State
from subscriptions.payments.registry import provider_named
from subscriptions.services.payments.settling import PaymentNotFound, cancel_payment, settle

logger = logging.getLogger(__name__)
Status = Payment.Status


def sweep_payment(*, payment_id: int, now: datetime) -> str:
    """Ask the provider about a payment left open; returns its status then. Raises ProviderAway.

    One whose page was never made was never shown to anybody; one that nobody pays in a day is given up, or in two
    weeks where the provider says that the money is underway.
    """
    payment = Payment.objects.get(pk=payment_id)
    Payment.objects.filter(pk=payment_id).update(asked_at=now)
    if payment.provider_reference is None:
        return cancel_payment(payment_id=payment_id, now=now, status=Status.FAILED).status
    hours = settings.PAYMENT_EXPIRES_AFTER_HOURS
    try:
        if collect_payment(payment_id=payment_id, provider=payment.provider, now=now) == State.UNDERWAY:
            hours = settings.PAYMENT_UNDERWAY_HOURS
    except ProviderRefused:
        logger.warning("%s does not know payment %s", payment.provider, payment_id)
    payment.refresh_from_db()
    if payment.status == Status.PENDING and payment.created_at <= now - timedelta(hours=hours):
        return cancel_payment(payment_id=payment_id, now=now, status=Status.EXPIRED).status
    return payment.status


def collect_payment(*, payment_id: int, provider: str, now: datetime) -> State | None:
    """Let the provider say how an open payment stands, and take what its patron has agreed to. Who has cancelled is
    not charged any more, and not asked about: None. Raises ProviderAway, ProviderRefused.
    """
    payment = Payment.objects.filter(pk=payment_id, provider=provider, status=Status.PENDING).first()
    if payment is None or payment.provider_reference is None:
        return None
    notice = provider_named(provider).collect(payment)
    if notice.state in (State.PAID, State.FAILED):
        try:
            settle(payment_id=payment_id, notice=notice, now=now)
        except PaymentNotFound:
            logger.error("%s knows payment %s by another name", provider, payment_id)
    return notice.state


def forget_provider_events(*, now: datetime) -> int:
    """Delete what providers said longer ago than it is kept; returns how many."""
    old = ProviderEvent.objects.filter(received_at__lt=now - timedelta(days=settings.PROVIDER_EVENTS_DAYS))
    return old.delete()[0]
