"""Providers that run here, and patrons who pay."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.subscriptions.payments import local_paypal, local_stripe
from tests.subscriptions.payments.local_paypal import LocalPayPal
from tests.subscriptions.payments.local_server import running
from tests.subscriptions.payments.local_stripe import LocalStripe


@pytest.fixture
def stripe(settings: Any) -> Iterator[LocalStripe]:
    provider = LocalStripe()
    with running(provider) as settings.STRIPE_API_URL:
        settings.PAYMENT_PROVIDERS = ["stripe", "paypal", "test"]
        settings.STRIPE_API_KEY = local_stripe.API_KEY
        settings.STRIPE_WEBHOOK_SECRETS = [local_stripe.SECRET, local_stripe.OLD_SECRET]
        yield provider


@pytest.fixture
def paypal(settings: Any) -> Iterator[LocalPayPal]:
    provider = LocalPayPal()
    with running(provider) as settings.PAYPAL_API_URL:
        settings.PAYMENT_PROVIDERS = ["stripe", "paypal", "test"]
        settings.PAYPAL_CLIENT_ID, settings.PAYPAL_SECRET = local_paypal.CLIENT_ID, local_paypal.SECRET
        settings.PAYPAL_WEBHOOK_ID = local_paypal.WEBHOOK_ID
        yield provider
