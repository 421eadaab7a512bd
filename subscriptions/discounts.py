"""Which discount a patron gets (rules.md, "Plans"): the best single one; discounts never add up."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from library_portal.money import rounded_up
from subscriptions.models import Plan


@dataclass(frozen=True)
class Discount:
    """`name` is empty where there is none; `percent` is 0 to 100."""

    name: str
    percent: int


def best_discount(plan: Plan, *, loans_returned: int, spent: Decimal) -> Discount:
    """`loans_returned` in the last 30 days, `spent` in dollars on reservations in the last 60 days."""
    earned = [Discount("", 0), Discount("standing", plan.discount_percent)]
    if loans_returned >= settings.FREQUENT_READER_LOANS:
        earned.append(Discount("frequent_reader", plan.frequent_reader_percent))
    if spent >= settings.BIG_SPENDER_AMOUNT:
        earned.append(Discount("big_spender", plan.big_spender_percent))
    return max(earned, key=lambda discount: discount.percent)


def reservation_price(*, daily_fee: Decimal, days: int, percent: int) -> Decimal:
    """Daily fee × days × (1 − discount), rounded up to the cent."""
    return rounded_up(daily_fee * days * (100 - percent) / 100)
