"""US dollars and cents: the column, and the one place where amounts are rounded."""

from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db import models

CENT = Decimal("0.01")
CURRENCY = "USD"


def money_field(verbose_name: Any, **options: Any) -> models.DecimalField:
    """A column of US dollars and cents, up to 99,999,999.99."""
    return models.DecimalField(verbose_name, max_digits=10, decimal_places=2, **options)


def rounded_up(amount: Decimal) -> Decimal:
    """A price in whole cents; a started cent counts (rules.md: "a price is rounded up to the cent")."""
    return amount.quantize(CENT, rounding=ROUND_CEILING)


def to_cents(amount: Decimal) -> int:
    """For providers that count in cents. Raises ValueError rather than round."""
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} is not in whole cents")
    return int(cents)


def from_cents(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
