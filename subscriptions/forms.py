from decimal import Decimal

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class TopUpForm(forms.Form):
    """`amount` in dollars; the limits are the service's, repeated here so that the browser can tell them at once."""

    amount = forms.DecimalField(
        label=_("Amount in dollars"),
        min_value=settings.TOP_UP_MIN,
        max_value=settings.TOP_UP_MAX,
        decimal_places=2,
        max_digits=6,
        initial=Decimal("20.00"),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "aria-describedby": "amount-hint"}),
    )
    provider = forms.ChoiceField(label=_("Pay with"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [
            (name, PROVIDER_NAMES.get(name, name)) for name in settings.PAYMENT_PROVIDERS
        ]


PROVIDER_NAMES = {"test": _("Test provider (no real money)"), "stripe": "Stripe", "paypal": "PayPal"}
