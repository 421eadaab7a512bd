"""PayPal's orders (v2): a page at PayPal's where the patron agrees; then the money is collected (docs/adr/0018).

Amounts are strings of dollars there. An order carries our payment's number, a refund that of both.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from library_portal.money import CURRENCY
from subscriptions.payments.models import Payment, PaymentRefund
from subscriptions.payments.pages import payment_page
from subscriptions.payments.paypal_api import NotThere, PayPalApi
from subscriptions.payments.provider import (
    UNREADABLE,
    AnswerUnreadable,
    Checkout,
    ForgedWebhook,
    Notice,
    ProviderRefused,
    State,
    our_number,
    readable,
)

SIGNED_WITH = {
    "transmission_id": "Paypal-Transmission-Id",
    "transmission_time": "Paypal-Transmission-Time",
    "transmission_sig": "Paypal-Transmission-Sig",
    "cert_url": "Paypal-Cert-Url",
    "auth_algo": "Paypal-Auth-Algo",
}
CAPTURE_STATES = {
    "COMPLETED": State.PAID,
    "PARTIALLY_REFUNDED": State.PAID,
    "REFUNDED": State.PAID,
    "PENDING": State.UNDERWAY,
    "DECLINED": State.FAILED,
    "FAILED": State.FAILED,
}
REFUND_STATES = {
    "COMPLETED": State.REFUNDED,
    "FAILED": State.REFUND_FAILED,
    "CANCELLED": State.REFUND_FAILED,
}
CAPTURE_EVENTS = ("PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.DECLINED", "PAYMENT.CAPTURE.DENIED")
REFUND_EVENTS = ("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND.FAILED")
REVERSED = "PAYMENT.CAPTURE.REVERSED"
DISPUTE_EVENTS = ("CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED")
TO_THE_PATRON = ("payer-action", "approve")


class PayPal:
    def __init__(self) -> None:
        self.api = PayPalApi()

    def start(self, payment: Payment) -> Checkout:
        page = payment_page(payment)
        manner = {
            "return_url": page,
            "cancel_url": page,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
        }
        order = self.api.post(
            "/v2/checkout/orders",
            {
                "intent": "CAPTURE",
                "purchase_units": [{"custom_id": str(payment.pk), "amount": _money(payment.amount)}],
                "payment_source": {"paypal": {"experience_context": manner}},
            },
            key=f"payment-{payment.pk}-{payment.created_at.isoformat()}",
        )
        with readable():
            addresses = [link["href"] for link in order["links"] if link["rel"] in TO_THE_PATRON]
            return Checkout(reference=order["id"], address=addresses[0])

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        signed = {name: headers.get(header, "") for name, header in SIGNED_WITH.items()}
        try:
            event = json.loads(body)
            sent_at = datetime.fromisoformat(signed["transmission_time"])
            age = now - sent_at
        except (ValueError, TypeError, RecursionError) as error:
            raise ForgedWebhook from error
        if not all(signed.values()) or abs(age) > timedelta(seconds=settings.PAYPAL_WEBHOOK_TOLERANCE_SECONDS):
            raise ForgedWebhook
        if not self.api.has_sent(body, signed):
            raise ForgedWebhook
        try:
            return _notice(event)
        except UNREADABLE as error:
            raise ForgedWebhook from error

    def collect(self, payment: Payment) -> Notice:
        """A patron who agreed is charged now; an order that nobody agreed to is gone after some hours."""
        try:
            order = self._order(payment)
        except NotThere:
            return Notice(state=State.FAILED, payment_id=payment.pk)
        if order.get("status") == "APPROVED":
            path = f"/v2/checkout/orders/{payment.provider_reference}/capture"
            try:
                order = self.api.post(path, {}, key=f"capture-{payment.pk}-{payment.created_at.isoformat()}")
            except ProviderRefused:  # a card was declined: the patron may choose another one there
                return Notice(state=State.PENDING, payment_id=payment.pk)
        with readable():
            return _about_order(order, payment)

    def cancel(self, payment: Payment) -> None:
        """Orders can't be taken back, but nothing is paid unless it is collected: where it was, it is too late."""
        with suppress(NotThere), readable():
            if _captures(self._order(payment)):
                raise ProviderRefused

    def refund(self, refund: PaymentRefund) -> Notice:
        """One whose number is known is asked for by that: keys are forgotten after 45 days."""
        made = self._known_refund(refund) if refund.provider_reference else self._new_refund(refund)
        with readable():
            state = REFUND_STATES.get(made["status"], State.PENDING)
            return Notice(state=state, refund_id=refund.pk, refund_reference=made["id"])

    def _order(self, payment: Payment) -> dict[str, Any]:
        return self.api.get(f"/v2/checkout/orders/{payment.provider_reference}")

    def _known_refund(self, refund: PaymentRefund) -> dict[str, Any]:
        """Not found (with another account's keys, say) is no answer: it may have been given back."""
        try:
            return self.api.get(f"/v2/payments/refunds/{refund.provider_reference}")
        except ProviderRefused as error:
            raise AnswerUnreadable from error

    def _new_refund(self, refund: PaymentRefund) -> dict[str, Any]:
        return self.api.post(
            f"/v2/payments/captures/{refund.payment.charge_reference}/refund",
            {"amount": _money(refund.amount), "custom_id": f"{refund.payment_id}-refund-{refund.pk}"},
            key=f"refund-{refund.pk}-{refund.created_at.isoformat()}",
        )


def _money(amount: Decimal) -> dict[str, str]:
    return {"currency_code": CURRENCY, "value": f"{amount:.2f}"}


def _amount(money: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(money["value"], str):
        raise TypeError
    return {"amount": Decimal(money["value"]), "currency": money["currency_code"]}


def _notice(event: dict[str, Any]) -> Notice:
    kind, about = event["event_type"], event.get("resource") or {}
    said = {"event_id": event["id"], "kind": kind}
    if kind == "CHECKOUT.ORDER.APPROVED":
        number = our_number(about["purchase_units"][0].get("custom_id"))
        return Notice(state=State.APPROVED, payment_id=number, reference=about["id"], **said)
    if kind in CAPTURE_EVENTS:
        order = about.get("supplementary_data", {}).get("related_ids", {}).get("order_id", "")
        number = our_number(about.get("custom_id"))
        return _about_capture(about, payment_id=number, reference=order, **said)
    if kind in REFUND_EVENTS:
        return _about_refund(about, state=REFUND_STATES.get(about["status"], State.PENDING), **said)
    if kind == REVERSED:
        return _about_refund(about, state=State.REFUNDED, **said)
    if kind in DISPUTE_EVENTS:
        return _about_dispute(about, **said)
    return Notice(state=State.OTHER, **said)


def _about_order(order: dict[str, Any], payment: Payment) -> Notice:
    if captures := _captures(order):
        return _about_capture(captures[-1], payment_id=payment.pk, reference=order["id"])
    state = State.FAILED if order.get("status") == "VOIDED" else State.PENDING
    return Notice(state=state, payment_id=payment.pk, reference=order["id"])


def _captures(order: dict[str, Any]) -> list[dict[str, Any]]:
    units = order.get("purchase_units") or [{}]
    return units[0].get("payments", {}).get("captures", [])


def _about_capture(capture: dict[str, Any], **said: Any) -> Notice:
    state = CAPTURE_STATES.get(capture["status"], State.PENDING)
    return Notice(state=state, charge=capture["id"], **_amount(capture["amount"]), **said)


def _about_refund(refund: dict[str, Any], **said: Any) -> Notice:
    """What was given back at PayPal's own pages may name only the capture, by the link to it."""
    payment, _word, number = str(refund.get("custom_id") or "").partition("-refund-")
    captures = [link["href"] for link in refund.get("links", ()) if link.get("rel") == "up"]
    return Notice(
        payment_id=our_number(payment),
        charge=captures[0].rpartition("/")[2] if captures else "",
        refund_id=our_number(number),
        refund_reference=refund["id"],
        **_amount(refund["amount"]),
        **said,
    )


def _about_dispute(dispute: dict[str, Any], **said: Any) -> Notice:
    """One case may be about several payments; the first stands for them."""
    disputed = dispute["disputed_transactions"][0]
    amount = _amount(dispute["dispute_amount"])
    return Notice(state=State.DISPUTED, charge=disputed["seller_transaction_id"], **amount, **said)
