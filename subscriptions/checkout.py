"""Where a patron pays. The built-in test provider has its own page in development.

Like a real provider's, that page needs no login here: its address names the payment in a way that can't be guessed.
"""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from library_portal.errors import NotFound
from subscriptions.models import Payment

SALT = "test-payment"


def checkout_url(payment: Payment) -> str | None:
    """The page of the provider for a payment that is still open."""
    if payment.status != Payment.Status.PENDING or payment.provider != "test":
        return None
    return settings.PUBLIC_URL + reverse("test-payment", args=[signing.dumps(payment.pk, salt=SALT)])


def payment_at(token: str) -> Payment:
    """The payment behind an address of the test provider. Raises NotFound."""
    try:
        payment_id = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise NotFound from error
    payment = Payment.objects.filter(pk=payment_id, provider="test").first()
    if payment is None or "test" not in settings.PAYMENT_PROVIDERS:
        raise NotFound
    return payment
