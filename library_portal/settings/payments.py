"""How money comes in. A provider that is listed has all of its keys, or the portal does not start."""

from django.core.exceptions import ImproperlyConfigured

from library_portal.settings.environment import PRODUCTION, env, required

PAYMENT_PROVIDERS: list[str] = env.list("PAYMENT_PROVIDERS", default=[] if PRODUCTION else ["test"])
if unknown := set(PAYMENT_PROVIDERS) - {"test", "stripe", "paypal"}:
    raise ImproperlyConfigured(f"PAYMENT_PROVIDERS names what there is not: {', '.join(sorted(unknown))}")
if PRODUCTION and "test" in PAYMENT_PROVIDERS:
    raise ImproperlyConfigured("The test payment provider gives money away: it can't be on in production")
for name, keys in {
    "stripe": ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS"),
    "paypal": ("PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_ID"),
}.items():
    for key in keys if name in PAYMENT_PROVIDERS else ():
        required(key)

STRIPE_API_URL: str = env.str("STRIPE_API_URL", default="https://api.stripe.com").rstrip("/")
STRIPE_API_KEY: str = env.str("STRIPE_API_KEY", default="")
# Any of them may have signed: a new one is added before the old one goes.
STRIPE_WEBHOOK_SECRETS: list[str] = env.list("STRIPE_WEBHOOK_SECRETS", default=[])

PAYPAL_API_URL: str = env.str("PAYPAL_API_URL", default="https://api-m.paypal.com").rstrip("/")
PAYPAL_CLIENT_ID: str = env.str("PAYPAL_CLIENT_ID", default="")
PAYPAL_SECRET: str = env.str("PAYPAL_SECRET", default="")
PAYPAL_WEBHOOK_ID: str = env.str("PAYPAL_WEBHOOK_ID", default="")

# Top-ups that one person may start; each is a call to its provider, and open ones are asked about.
TOP_UPS_PER_HOUR: int = env.int("TOP_UPS_PER_HOUR", default=60)
if TOP_UPS_PER_HOUR < 1:
    raise ImproperlyConfigured("TOP_UPS_PER_HOUR must be 1 at least; without PAYMENT_PROVIDERS nobody can top up")
PAYMENT_TIMEOUT_SECONDS: int = env.int("PAYMENT_TIMEOUT_SECONDS", default=10)
# How old a webhook may be. Stripe signs each try anew; PayPal tries for three days with the time of the first.
STRIPE_WEBHOOK_TOLERANCE_SECONDS, PAYPAL_WEBHOOK_TOLERANCE_SECONDS = 300, 4 * 86_400
# The provider is asked about what is open for longer than that; what nobody pays is given up a day after its start,
# and two weeks after it where the money is underway: debits from a bank account and electronic cheques take days.
PAYMENT_ASK_AFTER_MINUTES: int = env.int("PAYMENT_ASK_AFTER_MINUTES", default=10)
PAYMENT_EXPIRES_AFTER_HOURS: int = env.int("PAYMENT_EXPIRES_AFTER_HOURS", default=24)
PAYMENT_UNDERWAY_HOURS = 14 * 24
# How long the log of what providers said is kept.
PROVIDER_EVENTS_DAYS: int = env.int("PROVIDER_EVENTS_DAYS", default=400)

_PAYPAL_SITE = "https://www.sandbox.paypal.com" if "sandbox" in PAYPAL_API_URL else "https://www.paypal.com"
_CHECKOUT_PAGES = {"stripe": "https://checkout.stripe.com", "paypal": _PAYPAL_SITE}
# Where forms may lead to besides this site: the providers' pages, and others such as a domain of one's own at Stripe.
CHECKOUT_ORIGINS: list[str] = [
    *(page for name, page in _CHECKOUT_PAGES.items() if name in PAYMENT_PROVIDERS),
    *env.list("CHECKOUT_ORIGINS", default=[]),
]
