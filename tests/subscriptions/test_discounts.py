"""The best single discount, and prices in whole cents (rules.md, "Plans")."""

from decimal import Decimal

import pytest
from django.utils import timezone

from library_portal.money import rounded_up
from reservations import queries
from subscriptions.discounts import Discount, best_discount, reservation_price
from subscriptions.models import Plan
from tests.factories.lending import book_with_copies, reserved
from tests.factories.people import patron

NONE = Discount("", 0)
# Loans returned in 30 days and dollars spent in 60, and what FREE, PLUS and PREMIUM get.
CASES = [
    (0, "0.00", NONE, Discount("standing", 10), Discount("standing", 20)),
    (2, "29.99", NONE, Discount("standing", 10), Discount("standing", 20)),
    (3, "29.99", NONE, Discount("frequent_reader", 30), Discount("frequent_reader", 30)),
    (4, "0.00", NONE, Discount("frequent_reader", 30), Discount("frequent_reader", 30)),
    (2, "30.00", NONE, Discount("big_spender", 100), Discount("big_spender", 100)),
    (3, "30.00", NONE, Discount("big_spender", 100), Discount("big_spender", 100)),
    (0, "-5.00", NONE, Discount("standing", 10), Discount("standing", 20)),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("loans", "spent", "free", "plus", "premium"), CASES)
def test_the_best_single_discount(loans: int, spent: str, free: Discount, plus: Discount, premium: Discount) -> None:
    plans = {plan.code: plan for plan in Plan.objects.all()}
    assert [
        best_discount(plans[code], loans_returned=loans, spent=Decimal(spent)) for code in ("FREE", "PLUS", "PREMIUM")
    ] == [free, plus, premium]


@pytest.mark.parametrize(
    ("standing", "frequent", "spender", "name"),
    [
        (30, 30, 30, "standing"),
        (10, 30, 30, "frequent_reader"),
        (0, 0, 0, ""),
        (40, 30, 0, "standing"),
    ],
)
def test_of_equal_discounts_the_one_that_is_always_there_is_named(
    standing: int, frequent: int, spender: int, name: str
) -> None:
    plan = Plan(discount_percent=standing, frequent_reader_percent=frequent, big_spender_percent=spender)
    assert best_discount(plan, loans_returned=3, spent=Decimal(30)).name == name


@pytest.mark.parametrize(
    ("daily_fee", "days", "percent", "price"),
    [
        ("0.10", 7, 0, "0.70"),
        ("0.10", 7, 10, "0.63"),
        ("0.10", 7, 30, "0.49"),
        ("0.10", 7, 100, "0.00"),
        ("0.35", 1, 30, "0.25"),  # 0.245
        ("0.05", 1, 10, "0.05"),  # 0.045
        ("0.01", 1, 99, "0.01"),  # 0.0001
        ("0.33", 7, 20, "1.85"),  # 1.848
    ],
)
def test_a_price_is_rounded_up_to_the_cent(daily_fee: str, days: int, percent: int, price: str) -> None:
    assert reservation_price(daily_fee=Decimal(daily_fee), days=days, percent=percent) == Decimal(price)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0", "0.00"),
        ("0.001", "0.01"),
        ("0.01", "0.01"),
        ("0.0100000001", "0.02"),
        ("1.999", "2.00"),
        ("-0.001", "0.00"),
        ("99999999.99", "99999999.99"),
    ],
)
def test_a_started_cent_counts(amount: str, rounded: str) -> None:
    assert rounded_up(Decimal(amount)) == Decimal(rounded)


@pytest.mark.django_db
@pytest.mark.parametrize(("plan", "name", "price"), [("FREE", "", "0.70"), ("PREMIUM", "standing", "0.56")])
def test_the_quote_and_the_reservation_say_the_same_price_and_name(plan: str, name: str, price: str) -> None:
    reader, book = patron(plan=plan), book_with_copies(1)
    quote = queries.quote(user_id=reader.pk, book_id=book.pk, days=7, now=timezone.now())
    held = reserved(reader, book, timezone.now())
    assert (quote.discount_name, quote.price) == (held.discount_name, held.price) == (name, Decimal(price))
