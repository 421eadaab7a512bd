"""A provider is configured whole or not at all; its page is where forms may lead."""

import pytest

from tests.test_architecture import PRODUCTION, manage

STRIPE = {"STRIPE_API_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRETS": "whsec_x"}
PAYPAL = {"PAYPAL_CLIENT_ID": "x", "PAYPAL_SECRET": "x", "PAYPAL_WEBHOOK_ID": "x"}


@pytest.mark.parametrize(("provider", "keys", "missing"), [
    ("stripe", STRIPE, "STRIPE_WEBHOOK_SECRETS"),
    ("paypal", PAYPAL, "PAYPAL_WEBHOOK_ID"),
    ("gold", {}, ""),
])  # fmt: skip
def test_half_a_configuration_does_not_start(provider: str, keys: dict[str, str], missing: str) -> None:
    given = {name: value for name, value in keys.items() if name != missing}
    check = manage("check", **PRODUCTION, **given, PAYMENT_PROVIDERS=provider)
    assert check.returncode != 0
    assert (missing or "names what there is not: gold") in check.stderr


def test_a_limit_of_none_an_hour_does_not_start() -> None:
    check = manage("check", **PRODUCTION, TOP_UPS_PER_HOUR="0")
    assert "TOP_UPS_PER_HOUR must be 1 at least" in check.stderr


def test_forms_may_lead_to_the_providers_that_are_on() -> None:
    print_it = "from django.conf import settings; print('to:', *settings.CHECKOUT_ORIGINS)"
    shell = manage("shell", "-c", print_it, **PRODUCTION, **STRIPE, **PAYPAL, PAYMENT_PROVIDERS="stripe,paypal")
    assert "to: https://checkout.stripe.com https://www.paypal.com" in shell.stdout


def test_keys_for_trials_are_told_before_going_live() -> None:
    trial = STRIPE | {"STRIPE_API_KEY": "sk_test_x", "PAYMENT_PROVIDERS": "stripe"}
    check = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, **trial)
    assert "The keys of stripe are for trials" in check.stderr
    assert "sk_test" not in check.stderr
