"""The providers by the names in PAYMENT_PROVIDERS."""

from django.conf import settings

from library_portal.errors import NotFound
from subscriptions.payments.built_in import TestProvider
from subscriptions.payments.paypal import PayPal
from subscriptions.payments.provider import Provider
from subscriptions.payments.stripe_checkout import StripeCheckout

PROVIDERS: dict[str, type[Provider]] = {"test": TestProvider, "stripe": StripeCheckout, "paypal": PayPal}


def provider_named(name: str) -> Provider:
    """Raises NotFound where it is not offered here."""
    if name not in settings.PAYMENT_PROVIDERS:
        raise NotFound
    return PROVIDERS[name]()
