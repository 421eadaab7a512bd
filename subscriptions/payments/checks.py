"""`check --deploy`: keys for trials do not belong where wallets are real."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def no_trial_keys(**_options: Any) -> list[Warning]:
    trials = {
        "stripe": settings.STRIPE_API_KEY.startswith(("sk_test_", "rk_test_")),
        "paypal": "sandbox" in settings.PAYPAL_API_URL,
    }
    return [
        Warning(f"The keys of {name} are for trials: test cards put money into wallets", id="subscriptions.W001")
        for name, is_trial in trials.items()
        if is_trial and name in settings.PAYMENT_PROVIDERS
    ]
