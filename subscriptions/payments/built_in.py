"""The test provider of development: a page of ours in the place of one that asks for a card (views.test_payment).

Like a real provider's, that page needs no login here: its address names the payment in a way that can't be guessed.
Its webhooks are signed with a key of this site.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from library_portal.errors import NotFound
from subscriptions.payments.models import Payment, PaymentRefund
from subscriptions.payments.provider import Checkout, ForgedWebhook, Notice, State, our_number

PAGE, WEBHOOK = "test-payment", "test-payment-webhook"
MAX_AGE = timedelta(minutes=5)


class TestProvider:
    def start(self, payment: Payment) -> Checkout:
        page = reverse("test-payment", args=[signing.dumps(payment.pk, salt=PAGE)])
        return Checkout(reference=f"test-{payment.pk}", address=settings.PUBLIC_URL + page)

    def read_webhook(self, *, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        try:
            said: dict[str, Any] = signing.loads(body.decode(), salt=WEBHOOK, max_age=MAX_AGE)
        except (signing.BadSignature, UnicodeDecodeError) as error:
            raise ForgedWebhook from error
        return Notice(
            state=State(said["state"]),
            event_id=said["event"],
            kind=said["state"],
            payment_id=our_number(said["payment"]),
            reference=said["reference"],
            amount=Decimal(said["amount"]),
            currency=said["currency"],
        )

    def collect(self, payment: Payment) -> Notice:
        return Notice(state=State.PENDING, payment_id=payment.pk)

    def cancel(self, payment: Payment) -> None:
        """The page looks at the payment itself."""

    def refund(self, refund: PaymentRefund) -> Notice:
        return Notice(state=State.REFUNDED, refund_id=refund.pk, refund_reference=f"test-refund-{refund.pk}")


def payment_at(token: str) -> Payment:
    """The payment behind an address of the test provider. Raises NotFound."""
    try:
        payment_id = signing.loads(token, salt=PAGE)
    except signing.BadSignature as error:
        raise NotFound from error
    payment = Payment.objects.filter(pk=payment_id, provider="test").first()
    if payment is None or "test" not in settings.PAYMENT_PROVIDERS:
        raise NotFound
    return payment
