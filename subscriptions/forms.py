from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from library_portal.coming_back import stays_here
from subscriptions import queries


class PlanForm(forms.Form):
    """A plan to change to, or whether the plan renews itself."""

    plan = forms.CharField(max_length=20, required=False)
    auto_renew = forms.NullBooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("plan") and cleaned.get("auto_renew") is None:
            raise forms.ValidationError(_("Please choose one of the plans."))
        if cleaned.get("plan") and not queries.plans().filter(code=cleaned["plan"]).exists():
            raise forms.ValidationError(_("There is no such plan."))
        return cleaned


NOT_TAKEN = ("required", "invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits")


class TopUpForm(forms.Form):
    """`amount` in dollars; the limits are the service's, repeated here so that the browser can tell them at once."""

    amount = forms.DecimalField(
        label=_("Amount in dollars"),
        min_value=settings.TOP_UP_MIN,
        max_value=settings.TOP_UP_MAX,
        decimal_places=2,
        max_digits=6,
        initial=Decimal("20.00"),
        error_messages=dict.fromkeys(NOT_TAKEN, _("Please give an amount in dollars and cents within these limits.")),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", "aria-describedby": "amount-hint"}),
    )
    provider = forms.ChoiceField(label=_("Pay with"))
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [
            (name, PROVIDER_NAMES.get(name, name)) for name in settings.PAYMENT_PROVIDERS
        ]

    def clean_next(self) -> str:
        """Where to go on once the money is there; empty for the wallet."""
        wanted = self.cleaned_data["next"]
        return wanted if stays_here(wanted) else ""


PROVIDER_NAMES = {"test": _("Test provider"), "stripe": "Stripe", "paypal": "PayPal"}
