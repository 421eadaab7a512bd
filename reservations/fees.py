"""What an early return gives back and a late one costs (rules.md, "Changing dates" and "Late")."""

from datetime import date
from decimal import Decimal

from django.conf import settings

from library_portal.money import rounded_up


def early_return_refund(*, paid: Decimal, days: int, used_days: int) -> Decimal:
    """Paid × unused whole days ÷ all days: the used part's price is rounded up, the rest goes back."""
    return paid - rounded_up(paid * min(used_days, days) / days)


def late_fee(*, daily_fee: Decimal, cap: Decimal, due_on: date, returned_on: date) -> Decimal:
    """2 × the daily fee for each day begun after `due_on`, at most `cap`, the price of the book."""
    late_days = max((returned_on - due_on).days, 0)
    return min(rounded_up(daily_fee * settings.LATE_FEE_FACTOR * late_days), cap)
