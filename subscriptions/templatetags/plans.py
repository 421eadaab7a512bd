"""What the pages of plans say beside the plans themselves."""

from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from subscriptions.queries import WalletState

register = template.Library()


@register.simple_tag
def paying_for(price: Decimal, wallet: WalletState) -> str:
    """Where the wallet is topped up by what it lacks for `price` dollars; from there one comes back to the plans.

    A top-up pays debts first.
    """
    missing = max(price + wallet.debt - wallet.balance, settings.TOP_UP_MIN)
    return f"{reverse('wallet')}?{urlencode({'amount': missing, 'next': reverse('my-plan')})}"


@register.simple_tag
def discount_terms() -> dict[str, Any]:
    """When the discounts that are earned begin (rules.md, "Plans")."""
    return {
        "loans": settings.FREQUENT_READER_LOANS,
        "loan_days": settings.FREQUENT_READER_DAYS,
        "amount": settings.BIG_SPENDER_AMOUNT,
        "spent_days": settings.BIG_SPENDER_DAYS,
    }
