"""Stripe Checkout: a page at Stripe's where the card is typed in; no card data comes here (docs/adr/0018).

Amounts are whole cents there. A session carries our payment's number, and the charge it makes as well.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

import stripe
from django.conf import settings
from django.utils.translation import gettext as _
from stripe.params.checkout import SessionCreateParamsLineItemPriceData

from library_portal.money import CURRENCY, from_cents, to_cents
from subscriptions.payments.models import Payment, PaymentRefund
from subscriptions.payments.pages import payment_page
from subscriptions.payments.provider import (
    UNREADABLE,
    AnswerUnreadable,
    Checkout,
    ForgedWebhook,
    Notice,
    ProviderAway,
    ProviderRefused,
    State,
    our_number,
    readable,
)

SESSION_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
)
REFUND_EVENTS = ("refund.created", "refund.updated", "refund.failed")
DISPUTE_EVENTS = ("charge.dispute.created", "charge.dispute.closed")
REFUND_STATES = {
    "succeeded": State.REFUNDED,
    "failed": State.REFUND_FAILED,
    "canceled": State.REFUND_FAILED,
}


class StripeCheckout:
    def start(self, payment: Payment) -> Checkout:
        ours = {"payment": str(payment.pk)}
        price: SessionCreateParamsLineItemPriceData = {
            "currency": CURRENCY.lower(),
            "unit_amount": to_cents(payment.amount),
            "product_data": {"name": _("Library wallet")},
        }
        page = payment_page(payment)
        with _answers():
            session = _client().v1.checkout.sessions.create(
                params={
                    "mode": "payment",
                    "line_items": [{"price_data": price, "quantity": 1}],
                    "client_reference_id": str(payment.pk),
                    "metadata": ours,
                    "payment_intent_data": {"metadata": ours},
                    "adaptive_pricing": {"enabled": False},
                    "success_url": page,
                    "cancel_url": page,
                },
                options={"idempotency_key": f"payment-{payment.pk}-{payment.created_at.isoformat()}"},
            )
            if not session.url:
                raise ProviderAway
            return Checkout(reference=session.id, address=session.url)

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        _verify(body, headers.get("Stripe-Signature", ""))
        try:
            event = json.loads(body)
            return _notice(event["data"]["object"], event_id=event["id"], kind=event["type"])
        except UNREADABLE as error:
            raise ForgedWebhook from error

    def collect(self, payment: Payment) -> Notice:
        """Stripe collects by itself: this only asks."""
        with _answers():
            session = _client().v1.checkout.sessions.retrieve(payment.provider_reference or "")
            return _about_session(session.to_dict(), event_id="", kind="asked")

    def cancel(self, payment: Payment) -> None:
        with _answers():
            _client().v1.checkout.sessions.expire(payment.provider_reference or "")

    def refund(self, refund: PaymentRefund) -> Notice:
        """One that was asked for before is found again first: Stripe forgets keys after a day."""
        charge = refund.payment.charge_reference
        with _answers():
            made = (refund.asked_at and _refund_of(charge, refund.pk)) or _new_refund(charge, refund)
            return _about_refund(made, event_id="", kind="asked")


def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.STRIPE_API_KEY,
        base_addresses={"api": settings.STRIPE_API_URL},
        http_client=_connections(),
        max_network_retries=1,
    )


@cache
def _connections() -> stripe.RequestsClient:
    return stripe.RequestsClient(timeout=settings.PAYMENT_TIMEOUT_SECONDS)


@contextmanager
def _answers() -> Iterator[None]:
    """Around asking and reading. Stripe's own words are not repeated: they may have what people typed."""
    try:
        with readable():
            yield
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise ProviderRefused from error
    except stripe.StripeError as error:
        raise ProviderAway from error


def _verify(body: bytes, signature: str) -> None:
    """Raises ForgedWebhook. Any of the secrets may have signed, not longer ago than the tolerance."""
    for secret in settings.STRIPE_WEBHOOK_SECRETS if signature.isascii() else ():
        try:
            stripe.WebhookSignature.verify_header(
                body, signature, secret, tolerance=settings.STRIPE_WEBHOOK_TOLERANCE_SECONDS
            )
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        return
    raise ForgedWebhook


def _notice(about: dict[str, Any], *, event_id: str, kind: str) -> Notice:
    if kind in SESSION_EVENTS:
        return _about_session(about, event_id=event_id, kind=kind)
    if kind in REFUND_EVENTS:
        return _about_refund(about, event_id=event_id, kind=kind)
    if kind in DISPUTE_EVENTS:
        return _about_dispute(about, event_id=event_id, kind=kind)
    return Notice(state=State.OTHER, event_id=event_id, kind=kind)


def _about_session(session: dict[str, Any], *, event_id: str, kind: str) -> Notice:
    return Notice(
        state=_state_of(session, kind),
        event_id=event_id,
        kind=kind,
        payment_id=our_number(session.get("client_reference_id")),
        reference=session["id"],
        charge=session.get("payment_intent") or "",
        **_amount(session["amount_total"], session["currency"]),
    )


def _state_of(session: dict[str, Any], kind: str) -> State:
    """Some ways to pay take days after the page is done: paid is only what Stripe says is paid."""
    if session["payment_status"] == "paid":
        return State.PAID
    if session["status"] == "expired" or kind == "checkout.session.async_payment_failed":
        return State.FAILED
    return State.UNDERWAY if session["status"] == "complete" else State.PENDING


def _about_refund(refund: dict[str, Any], *, event_id: str, kind: str) -> Notice:
    ours = refund.get("metadata") or {}
    return Notice(
        state=REFUND_STATES.get(refund["status"], State.PENDING),
        event_id=event_id,
        kind=kind,
        payment_id=our_number(ours.get("payment")),
        charge=refund.get("payment_intent") or "",
        **_amount(refund["amount"], refund["currency"]),
        refund_id=our_number(ours.get("refund")),
        refund_reference=refund["id"],
    )


def _about_dispute(dispute: dict[str, Any], *, event_id: str, kind: str) -> Notice:
    return Notice(
        state=State.DISPUTED,
        event_id=event_id,
        kind=kind,
        charge=dispute.get("payment_intent") or "",
        **_amount(dispute["amount"], dispute["currency"]),
    )


def _amount(cents: int | None, currency: str | None) -> dict[str, Any]:
    """Nothing for what has no price, such as another site's session to save a card. Whatever is not our currency is
    held or of others, so that yen, which have no cents, need no table here.
    """
    return {} if cents is None or currency is None else {"amount": from_cents(cents), "currency": currency.upper()}


def _new_refund(charge: str, refund: PaymentRefund) -> dict[str, Any]:
    made = _client().v1.refunds.create(
        params={
            "payment_intent": charge,
            "amount": to_cents(refund.amount),
            "metadata": {"payment": str(refund.payment_id), "refund": str(refund.pk)},
        },
        options={"idempotency_key": f"refund-{refund.pk}-{refund.created_at.isoformat()}"},
    )
    return made.to_dict()


def _refund_of(charge: str, refund_id: int) -> dict[str, Any] | None:
    """A charge that is not there (with another account's keys, say) is no answer: it may have been given back."""
    try:
        made = _client().v1.refunds.list(params={"payment_intent": charge, "limit": 100})
    except stripe.InvalidRequestError as error:
        raise AnswerUnreadable from error
    ours = (one.to_dict() for one in made.data)
    return next((one for one in ours if (one.get("metadata") or {}).get("refund") == str(refund_id)), None)
