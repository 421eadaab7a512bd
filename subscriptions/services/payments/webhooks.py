"""Providers tell us; each message counts once. What is signed is answered 200, so that they do not say it for ever."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from subscriptions.models import Payment, PaymentRefund, ProviderEvent
from subscriptions.payments.provider import ForgedWebhook, Notice, State
from subscriptions.payments.registry import provider_named
from subscriptions.services.payments.refunds import settle_refund
from subscriptions.services.payments.settling import PaymentNotFound, locked_payment, settle
from subscriptions.services.payments.sweeping import collect_payment

logger = logging.getLogger(__name__)
Outcome = ProviderEvent.Outcome
ABOUT_REFUNDS = (State.REFUNDED, State.REFUND_FAILED)


def receive_webhook(*, provider: str, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    """Raises NotFound for a provider that is not offered, ForgedWebhook, and ProviderAway where it can't be checked."""
    try:
        notice = provider_named(provider).read_webhook(body=body, headers=headers, now=now)
    except ForgedWebhook:
        logger.warning("A webhook of %s is forged, altered or stale: refused (%d bytes)", provider, len(body))
        raise
    if notice.state == State.APPROVED and notice.payment_id:
        collect_payment(payment_id=notice.payment_id, provider=provider, now=now)
    outcome = _taken(provider, notice, now)
    logger.info("%s said %s: %s", provider, notice.kind, outcome or "again")


@transaction.atomic
def _taken(provider: str, notice: Notice, now: datetime) -> str:
    """The event's row and what it changes, together or not at all; empty for one that is known already."""
    payment_id = _our_payment(provider, notice)
    event, is_new = ProviderEvent.objects.get_or_create(
        provider=provider,
        event_id=notice.event_id[:120],
        defaults={
            "kind": notice.kind[:80],
            "payment_id": payment_id,
            "amount": f"{notice.amount} {notice.currency}"[:30] if notice.amount is not None else "",
            "outcome": Outcome.NOTHING,
            "received_at": now,
        },
    )
    if not is_new:
        return ""
    event.outcome = _outcome(payment_id, notice, now)
    event.save(update_fields=["outcome"])
    return event.outcome


def _our_payment(provider: str, notice: Notice) -> int | None:
    """Locked, before the event's row: so two messages about one payment wait for each other in one place only.

    Refunds made at the provider's own site name only the charge. Another site with the same keys may count payments and
    refunds by the same numbers: a refund of ours is of our charge.
    """
    named = Q(pk=notice.payment_id) if notice.payment_id else Q(charge_reference=notice.charge)
    if notice.refund_id and notice.charge:
        named &= Q(charge_reference=notice.charge)
    if not notice.payment_id and not notice.charge:
        return None
    found = Payment.objects.filter(named, provider=provider).values_list("pk", flat=True).first()
    return locked_payment(found).pk if found else None


def _outcome(payment_id: int | None, notice: Notice, now: datetime) -> str:
    if notice.state == State.OTHER:
        return Outcome.NOTHING
    if payment_id is None:
        return Outcome.UNKNOWN
    if notice.state == State.DISPUTED:
        logger.error("Payment %s: %s. No money has moved here", payment_id, notice.kind)
        return Outcome.DISPUTED
    if notice.state in ABOUT_REFUNDS or notice.refund_id:
        return _about_refund(payment_id, notice, now)
    try:
        return settle(payment_id=payment_id, notice=notice, now=now)
    except PaymentNotFound:
        return Outcome.UNKNOWN


def _about_refund(payment_id: int, notice: Notice, now: datetime) -> str:
    refund_id = notice.refund_id or 0
    if PaymentRefund.objects.filter(pk=refund_id, payment_id=payment_id).exists():
        return settle_refund(refund_id=refund_id, notice=notice, now=now)
    if notice.state == State.REFUNDED:
        logger.error("Payment %s was given back at its provider, not by us: its wallet was not charged", payment_id)
        return Outcome.UNASKED
    return Outcome.NOTHING
