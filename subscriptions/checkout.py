"""Where a patron pays. The built-in test provider has its own page in development."""

from django.conf import settings
from django.urls import reverse

from subscriptions.models import Payment


def checkout_url(payment: Payment) -> str | None:
    """The page of the provider for a payment that is still open."""
    if payment.status != Payment.Status.PENDING or payment.provider != "test":
        return None
    return settings.PUBLIC_URL + reverse("test-payment", args=[payment.pk])
