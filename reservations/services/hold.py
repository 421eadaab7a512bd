"""Giving a copy to a reservation, and taking it back. The caller holds the locks: book, then the patron's wallet."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationReady
from reservations.library_calendar import library_calendar
from reservations.models import Reservation
from reservations.services.queue import place_of, queue_changed
from reservations.services.steps import key_of, take_step
from reservations.short_loans import cut, short_loan_days
from reservations.standing import NotCheckable, NotOffered, Standing, check_may_hold
from reservations.transitions import Action


def hold_copy(
    *,
    reservation: Reservation,
    copy_id: int,
    standing: Standing,
    daily_fee: Decimal,
    now: datetime,
    overridden: Collection[str] = (),
) -> None:
    """Check the limits, charge the price and hold the copy for `HOLD_HOURS`; the price is fixed here.

    `overridden` are codes of refusals that a librarian has set aside. Raises what `check_may_hold` raises; then nothing
    was changed.
    """
    short_loan = short_loan_days(book_id=reservation.remembered_book_id, in_queue=True)
    days = cut(reservation.days, plan_days=standing.plan.max_days, short_loan=short_loan)
    price = standing.price(daily_fee=daily_fee, days=days)
    check_may_hold(standing, price=price, overridden=overridden)
    place = place_of(reservation)
    take_step(reservation, Action.HOLD, refusal=NotCheckable)
    reservation.copy_id = copy_id
    reservation.days = days
    reservation.price = reservation.paid = price
    reservation.discount_name = standing.discount.name
    reservation.discount_percent = standing.discount.percent
    reservation.ready_at = now
    reservation.hold_until = library_calendar(today=timezone.localdate(now)).hold_until(now)
    reservation.paused_until = None
    reservation.save()
    queue_changed(book_id=reservation.remembered_book_id, left=place)
    books.services.hold_copy(copy_id=copy_id)
    _charge(reservation)
    _tell(reservation, hold_until=reservation.hold_until)


def give_hold_back(reservation: Reservation, action: Action) -> None:
    """A hold becomes a place in the queue again, at the place it came from; what was paid goes back in full.

    The copy is on the shelf again: the caller allocates. Raises NotOffered.
    """
    take_step(reservation, action, refusal=NotOffered)
    copy_id, paid = reservation.kept_copy_id, reservation.paid
    reservation.copy_id = reservation.ready_at = reservation.hold_until = reservation.price = None
    reservation.discount_name, reservation.discount_percent = "", 0
    reservation.paid = Decimal("0.00")
    reservation.save()
    queue_changed(book_id=reservation.remembered_book_id, joined=place_of(reservation))
    books.services.free_copy(copy_id=copy_id)
    subscriptions.services.refund(
        user_id=reservation.user_id,
        amount=paid,
        reference=reservation.subject,
        key=key_of(reservation, "refund"),
    )


def _charge(reservation: Reservation) -> None:
    subscriptions.services.charge(
        user_id=reservation.user_id,
        amount=reservation.paid,
        kind=subscriptions.services.EntryKind.RESERVATION,
        reference=reservation.subject,
        key=key_of(reservation, "hold"),
    )


def _tell(reservation: Reservation, *, hold_until: datetime) -> None:
    record(
        ReservationReady(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            copy_id=reservation.kept_copy_id,
            price=f"{reservation.price:.2f}",
            hold_until=hold_until.isoformat(),
        )
    )
