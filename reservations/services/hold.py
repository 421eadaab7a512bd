"""Giving a copy to a reservation. The caller holds the locks: the book's row, then the patron's wallet."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationReady
from reservations.models import Reservation, Status
from reservations.services.queue import publish_length
from reservations.standing import Standing, check_may_hold


def hold_copy(*, reservation: Reservation, copy_id: int, standing: Standing, daily_fee: Decimal, now: datetime) -> None:
    """Check the limits, charge the price and hold the copy for `HOLD_HOURS`; the price is fixed here.

    Raises what `check_may_hold` raises; then nothing was changed.
    """
    days = standing.loan_days(reservation.days)
    price = standing.price(daily_fee=daily_fee, days=days)
    check_may_hold(standing, price=price)
    reservation.copy_id = copy_id
    reservation.status = Status.READY
    reservation.days = days
    reservation.price = reservation.paid = price
    reservation.discount_name = standing.discount.name
    reservation.discount_percent = standing.discount.percent
    reservation.ready_at = now
    reservation.hold_until = now + timedelta(hours=settings.HOLD_HOURS)
    reservation.save()
    publish_length(book_id=reservation.remembered_book_id)
    books.services.hold_copy(copy_id=copy_id)
    subscriptions.services.charge(
        user_id=reservation.user_id,
        amount=price,
        kind=subscriptions.services.EntryKind.RESERVATION,
        reference=f"reservation:{reservation.pk}",
        key=f"reservation:{reservation.pk}:hold",
    )
    record(
        ReservationReady(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            copy_id=copy_id,
            price=f"{price:.2f}",
            hold_until=reservation.hold_until.isoformat(),
        )
    )
