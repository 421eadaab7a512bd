"""How far a loan can be extended where the library is closed on some days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reservations import services
from reservations.extensions import Extending
from reservations.library_calendar import library_calendar
from reservations.models import Closure
from reservations.standing import standing_of
from tests.factories.lending import book_with_copies, lent
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def extending(loan, at) -> Extending:
    return Extending(
        loan=loan,
        standing=standing_of(user_id=loan.user_id, now=at),
        calendar=library_calendar(today=at.date()),
        somebody_waits=False,
        today=at.date(),
    )


def test_a_due_day_is_offered_once_for_the_least_money(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)  # due on the 9th
    Closure.objects.create(first_on=date(2026, 11, 10), last_on=date(2026, 11, 11), reason="Works")
    choices = extending(loan, now + timedelta(days=4)).choices()
    assert [(one.due_on.day, one.price) for one in choices] == [(12, Decimal("0.10")), (13, Decimal("0.40"))]


def test_days_that_were_given_because_it_was_closed_are_not_sold_again(now) -> None:
    Closure.objects.create(first_on=date(2026, 11, 9), last_on=date(2026, 11, 11), reason="Works")
    loan = lent(patron(), book_with_copies(1), now)
    assert loan.due_on == date(2026, 11, 12)
    with pytest.raises(services.NotExtendable, match="lent already for as long"):
        services.extend(reservation_id=loan.pk, now=now + timedelta(days=3))
    loan.refresh_from_db()
    assert (loan.due_on, loan.paid, loan.extensions) == (date(2026, 11, 12), Decimal("0.70"), 0)
