"""The best single discount, and prices in whole cents (rules.md, "Plans")."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

import subscriptions.services
from library_portal.money import rounded_up
from reservations import queries, services
from reservations.standing import standing_of
from subscriptions.discounts import Discount, best_discount, reservation_price
from subscriptions.models import Plan
from subscriptions.queries import spent_on_reservations
from tests.factories.lending import book_with_copies, lent, reserved
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("returned", "days_later", "discount"),
    [(3, 0, "frequent_reader"), (2, 0, "standing"), (3, 29, "frequent_reader"), (3, 30, "standing")],
)
def test_loans_count_for_the_frequent_reader_for_30_days_once_they_are_back(
    returned: int, days_later: int, discount: str
) -> None:
    """One more is still out, and a hold was given up."""
    back_at = timezone.now()
    reader = patron(plan="PREMIUM")
    loans = [lent(reader, book_with_copies(1), back_at) for _ in range(returned + 1)]
    for loan in loans[:returned]:
        services.return_copy(reservation_id=loan.pk, now=back_at)
    given_up = reserved(reader, book_with_copies(1), back_at)
    services.cancel(reservation_id=given_up.pk, now=back_at)
    subscriptions.services.set_plan(user_id=reader.pk, plan_code="PREMIUM", now=back_at + timedelta(days=1))
    assert standing_of(user_id=reader.pk, now=back_at + timedelta(days=days_later)).discount.name == discount


@pytest.mark.django_db
def test_what_was_paid_for_reservations_less_what_came_back_counts_for_60_days() -> None:
    reader, now = patron(balance="100.00"), timezone.now()
    own = {"user_id": reader.pk}
    for dollars, kind, about in [
        ("40.00", "reservation", "reservation:1"),
        ("5.00", "subscription", "subscription:1"),
        ("7.00", "late_fee", "reservation:1"),
    ]:
        subscriptions.services.charge(**own, amount=Decimal(dollars), kind=kind, reference=about, key=kind)
    subscriptions.services.refund(**own, amount=Decimal("9.99"), reference="reservation:1", key="early")
    subscriptions.services.refund(**own, amount=Decimal("1.00"), reference="something:1", key="else")
    spent = [
        spent_on_reservations(user_ids=[reader.pk], now=now + span).get(reader.pk)
        for span in (timedelta(minutes=1), timedelta(days=60, minutes=-1), timedelta(days=60, minutes=9))
    ]
    assert spent == [Decimal("30.01"), Decimal("30.01"), None]
