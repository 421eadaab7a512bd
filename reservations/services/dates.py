"""Other days for what waits or is held, a longer loan, a pause in the queue (rules.md, "Changing dates")."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import subscriptions.services
from library_portal.errors import InvalidInput, PortalError
from library_portal.outbox import record
from reservations.events import ReservationChanged, ReservationExtended
from reservations.extensions import Extending, NotExtendable
from reservations.library_calendar import library_calendar
from reservations.models import Reservation, Status
from reservations.services.allocate import allocate
from reservations.services.lookup import lock_reservation
from reservations.services.queue import waiting
from reservations.services.steps import is_by_staff, key_of, take_step
from reservations.short_loans import short_loan_days
from reservations.standing import DurationTooLong, ReservationError, check_days, standing_of
from reservations.transitions import Action
from subscriptions.discounts import reservation_price


class NotChangeable(ReservationError):
    title = _("Its days can be changed until it is checked out; a loan is extended.")


class NotPausable(ReservationError):
    title = _("Only a place in a queue can be paused.")


@dataclass(frozen=True)
class Extension:
    """What came of one loan: extended, or the refusal."""

    reservation: Reservation
    refusal: PortalError | None


@transaction.atomic(durable=True)
def change_days(*, reservation_id: int, days: int, now: datetime) -> Reservation:
    """Other days for a place or a hold; a hold's price difference is charged or refunded.

    Raises ReservationNotFound, NotChangeable, DurationTooLong, InsufficientFunds.
    """
    reservation = lock_reservation(reservation_id=reservation_id)
    standing = standing_of(user_id=reservation.user_id, now=now)
    was_held = reservation.status == Status.READY
    take_step(reservation, Action.CHANGE_DAYS, refusal=NotChangeable, before=reservation.days, after=days)
    check_days(standing, days)
    if was_held:
        _check_sought_after(reservation, days)
        _change_price(reservation, days)
    reservation.days = days
    reservation.save(update_fields=["step", "days", "price", "paid"])
    _changed(reservation, "days")
    return reservation


@transaction.atomic(durable=True)
def extend(*, reservation_id: int, until: date | None = None, now: datetime) -> Reservation:
    """A longer loan, at most the plan's longest counted from today, the default; the extra days are charged.

    Raises ReservationNotFound, NotExtendable, QueueNotEmpty, Blocked, DurationTooLong, InsufficientFunds.
    """
    reservation = lock_reservation(reservation_id=reservation_id)
    take_step(reservation, Action.EXTEND, refusal=NotExtendable)
    today = timezone.localdate(now)
    longer = Extending(
        loan=reservation,
        standing=standing_of(user_id=reservation.user_id, now=now),
        calendar=library_calendar(today=today),
        somebody_waits=waiting(book_id=reservation.remembered_book_id).exists(),
        today=today,
    ).to(until)
    _charge(reservation, longer.price)
    reservation.days, reservation.due_on = longer.days, longer.due_on
    reservation.extensions += 1
    reservation.save(update_fields=["step", "days", "due_on", "extensions", "price", "paid"])
    _extended(reservation, until=longer.due_on, charged=longer.price)
    return reservation


def extend_all(*, user_id: int, now: datetime, done: Collection[int] = ()) -> list[Extension]:
    """Each of the patron's loans, the one due first at first: extended, or why not. Each has its own transaction.

    `done` are loans that were extended when this was tried before.
    """
    loans = Reservation.objects.filter(user_id=user_id, status=Status.ACTIVE).order_by("due_on", "pk")
    return [Extension(loan, None) if loan.pk in done else _try_to_extend(loan.pk, now) for loan in loans]


def pause(*, reservation_id: int, until: date | None, now: datetime) -> Reservation:
    """Pass the place over until that day, and keep it; None goes on at once.

    Raises ReservationNotFound, NotPausable, InvalidInput (a day that is over, or more than `MAX_PAUSE_DAYS` ahead).
    """
    reservation = _pause(reservation_id=reservation_id, until=until, today=timezone.localdate(now))
    if until is None:
        allocate(book_id=reservation.remembered_book_id, now=now)
        reservation.refresh_from_db()
    return reservation


@transaction.atomic(durable=True)
def _pause(*, reservation_id: int, until: date | None, today: date) -> Reservation:
    if until is not None and not today < until <= today + timedelta(days=settings.MAX_PAUSE_DAYS):
        message = _("A pause ends tomorrow at the earliest and in %(days)s days at the latest.")
        raise InvalidInput(errors={"paused_until": [message % {"days": settings.MAX_PAUSE_DAYS}]})
    reservation = lock_reservation(reservation_id=reservation_id)
    take_step(reservation, Action.PAUSE, refusal=NotPausable, until=until and until.isoformat())
    reservation.paused_until = until
    reservation.save(update_fields=["step", "paused_until"])
    _changed(reservation, "pause")
    return reservation


def _check_sought_after(reservation: Reservation, days: int) -> None:
    longest = short_loan_days(book_id=reservation.remembered_book_id)
    if longest is not None and days > longest:
        raise DurationTooLong(_("Many wait for this book: it goes out for %(days)s days at most.") % {"days": longest})


def _change_price(reservation: Reservation, days: int) -> None:
    """The discount stays the one that was fixed with the hold."""
    price = reservation_price(
        daily_fee=reservation.remembered_book.daily_fee, days=days, percent=reservation.discount_percent
    )
    difference = price - reservation.paid
    if difference > 0:
        _charge(reservation, difference)
    else:
        subscriptions.services.refund(
            user_id=reservation.user_id,
            amount=-difference,
            reference=reservation.subject,
            key=key_of(reservation, "cheaper"),
        )
        reservation.price = reservation.paid = price


def _charge(reservation: Reservation, amount: Decimal) -> None:
    """Raises InsufficientFunds."""
    subscriptions.services.charge(
        user_id=reservation.user_id,
        amount=amount,
        kind=subscriptions.services.EntryKind.RESERVATION,
        reference=reservation.subject,
        key=key_of(reservation, "more-days"),
    )
    reservation.paid += amount
    reservation.price += amount


def _try_to_extend(reservation_id: int, now: datetime) -> Extension:
    try:
        return Extension(extend(reservation_id=reservation_id, now=now), None)
    except PortalError as refusal:
        return Extension(Reservation.objects.get(pk=reservation_id), refusal)


def _extended(reservation: Reservation, *, until: date, charged: Decimal) -> None:
    record(
        ReservationExtended(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            due_on=until.isoformat(),
            charged=f"{charged:.2f}",
            by_staff=is_by_staff(reservation),
        )
    )


def _changed(reservation: Reservation, what: str) -> None:
    record(
        ReservationChanged(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            what=what,
        )
    )
