"""Each step of a reservation records its events with the change, whole and once (docs/events.md)."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from library_portal.errors import PortalError
from reservations import services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies, reserved
from tests.factories.news import News, movement
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def about(reservation: Reservation, **more: Any) -> dict[str, Any]:
    ids = {"reservation_id": reservation.pk, "user_id": reservation.user_id, "book_id": reservation.book_id}
    return ids | more


def moved(reservation: Reservation, amount: str, kind: str, balance_after: str) -> tuple[str, dict[str, Any]]:
    return movement(reservation.user_id, amount, kind, f"reservation:{reservation.pk}", balance_after)


@pytest.fixture
def reader() -> User:
    return patron(balance="5.00")


def test_a_loan_from_the_hold_to_the_return(reader, now) -> None:
    book, news = book_with_copies(1), News()
    loan = reserved(reader, book, now)
    mine = {"reservation_id": loan.pk}
    assert news() == [
        ("reservation.created", about(loan, status="ready")),
        moved(loan, "-0.70", "reservation", "4.30"),
        (
            "reservation.ready",
            about(loan, copy_id=loan.copy_id, price="0.70", hold_until="2026-11-04T12:00:00+00:00"),
        ),
    ]
    services.check_out(**mine, now=now)
    assert news() == [("reservation.checked_out", about(loan, copy_id=loan.copy_id, due_on="2026-11-09"))]
    services.extend(**mine, now=now + timedelta(days=3))
    assert news() == [
        moved(loan, "-0.30", "reservation", "4.00"),
        ("reservation.extended", about(loan, due_on="2026-11-12", charged="0.30", by_staff=False)),
    ]
    services.return_copy(**mine, now=now + timedelta(days=4))
    assert news() == [
        moved(loan, "0.60", "refund", "4.60"),
        ("reservation.returned", about(loan, copy_id=loan.copy_id, refunded="0.60", late_fee="0.00", owed="0.00")),
    ]
    services.return_copy(**mine, now=now + timedelta(days=5))
    services.expire_hold(**mine, now=now + timedelta(days=5))
    assert news() == []


def test_a_late_return_that_the_wallet_does_not_cover(now) -> None:
    loan = reserved(patron(balance="0.80"), book_with_copies(1), now)
    services.check_out(reservation_id=loan.pk, now=now)
    news = News()
    services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=10))
    assert news() == [
        moved(loan, "-0.10", "late_fee", "0.00"),
        ("reservation.returned", about(loan, copy_id=loan.copy_id, refunded="0.00", late_fee="0.60", owed="0.50")),
    ]


def test_a_hold_that_is_given_up_or_runs_out(reader, now) -> None:
    given_up = reserved(reader, book_with_copies(1), now)
    forgotten = reserved(patron(balance="5.00"), book_with_copies(1), now)
    news = News()
    for _ in range(2):
        services.cancel(reservation_id=given_up.pk, now=now)
    assert news() == [
        moved(given_up, "0.70", "refund", "5.00"),
        ("reservation.cancelled", about(given_up, refunded="0.70", by_staff=False)),
    ]
    for _ in range(2):
        services.expire_hold(reservation_id=forgotten.pk, now=now + timedelta(days=2))
    assert news() == [
        moved(forgotten, "0.70", "refund", "5.00"),
        ("reservation.expired", about(forgotten, refunded="0.70")),
    ]


def test_a_place_in_a_queue_until_it_is_left(reader, now) -> None:
    book = book_with_copies(1)
    reserved(patron(), book, now)
    news = News()
    place = reserved(reader, book, now)
    assert news() == [("reservation.created", about(place, status="pending"))]
    services.cancel(reservation_id=place.pk, now=now)
    assert news() == [("reservation.cancelled", about(place, refunded="0.00", by_staff=False))]


def test_what_is_refused_records_nothing(now) -> None:
    poor, news = patron(balance="0.20"), News()
    with pytest.raises(PortalError):
        reserved(poor, book_with_copies(1), now)
    assert news() == []
