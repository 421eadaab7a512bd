"""The loan itself: check-out starts it, the return ends it with a refund for days not used or a late fee."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationCheckedOut, ReservationReturned
from reservations.fees import early_return_refund, late_fee
from reservations.library_calendar import library_calendar
from reservations.models import HoldShelfPlace, Reservation, Status
from reservations.services.allocate import allocate
from reservations.services.lookup import lock_reservation
from reservations.services.steps import key_of, take_step
from reservations.standing import NotCheckable, ReservationError
from reservations.transitions import Action


class NotReturnable(ReservationError):
    code = "not_returnable"
    title = _("Only a book on loan can be returned.")


@dataclass(frozen=True)
class ReturnResult:
    """What a return did: dollars refunded, charged and owed, and who got the copy next (a reservation's id).

    None: nobody, or so many wait that the workers go on looking.
    """

    reservation: Reservation
    refunded: Decimal
    late_fee: Decimal
    owed: Decimal
    next_reservation_id: int | None


@transaction.atomic(durable=True)
def check_out(*, reservation_id: int, now: datetime, reason: str = "") -> Reservation:
    """Lend the held copy from today; twice is no error. `reason` is a librarian's.

    Raises ReservationNotFound, NotCheckable.
    """
    reservation = lock_reservation(reservation_id=reservation_id)
    if reservation.status != Status.ACTIVE:
        start_loan(reservation, now=now, reason=reason)
    return reservation


def start_loan(reservation: Reservation, *, now: datetime, reason: str = "") -> None:
    """Lend the locked reservation's copy. Raises NotCheckable, also when the hold has run out."""
    if reservation.copy_id is None or hold_is_over(reservation, now):
        raise NotCheckable
    take_step(reservation, Action.CHECK_OUT, refusal=NotCheckable, reason=reason)
    today = timezone.localdate(now)
    reservation.starts_on = today
    reservation.due_on = library_calendar(today=today).due_on(today, reservation.days)
    reservation.save(update_fields=["status", "step", "starts_on", "due_on"])
    books.services.lend_copy(copy_id=reservation.copy_id)
    books.services.record_loan(book_id=reservation.remembered_book_id, on=today)
    HoldShelfPlace.objects.filter(copy_id=reservation.copy_id).delete()
    record(
        ReservationCheckedOut(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            copy_id=reservation.copy_id,
            due_on=reservation.due_on.isoformat(),
        )
    )


def return_copy(*, reservation_id: int, now: datetime, reason: str = "") -> ReturnResult:
    """Take the copy back and give it to the next in the queue; twice is no error and changes nothing.

    `reason` is a librarian's who ends the loan without the book in hand. Raises ReservationNotFound, NotReturnable.
    """
    result = _return(reservation_id=reservation_id, now=now, reason=reason)
    if result is None:
        reservation = Reservation.objects.get(pk=reservation_id)
        return ReturnResult(reservation, Decimal("0.00"), Decimal("0.00"), Decimal("0.00"), None)
    held = allocate(book_id=result.reservation.remembered_book_id, now=now).held
    return ReturnResult(result.reservation, result.refunded, result.late_fee, result.owed, held[0] if held else None)


@transaction.atomic(durable=True)
def _return(*, reservation_id: int, now: datetime, reason: str) -> ReturnResult | None:
    """The return without the allocation; None when the book was already back."""
    reservation = lock_reservation(reservation_id=reservation_id)
    return None if reservation.status == Status.COMPLETED else end_loan(reservation, now=now, reason=reason)


def end_loan(reservation: Reservation, *, now: datetime, reason: str = "") -> ReturnResult:
    """The copy of the locked reservation is back; the caller allocates. Raises NotReturnable."""
    take_step(reservation, Action.RETURN, refusal=NotReturnable, reason=reason)
    today = timezone.localdate(now)
    lent_on, _due_on = reservation.loan_dates
    used_days = (today - lent_on).days
    reservation.closed_at = now
    reservation.refunded = early_return_refund(paid=reservation.paid, days=reservation.days, used_days=used_days)
    reservation.late_fee = late_fee_on(reservation, now=now)
    reservation.save(update_fields=["status", "step", "closed_at", "refunded", "late_fee"])
    books.services.free_copy(copy_id=reservation.kept_copy_id)
    owed = _settle(reservation)
    record(
        ReservationReturned(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            copy_id=reservation.kept_copy_id,
            refunded=f"{reservation.refunded:.2f}",
            late_fee=f"{reservation.late_fee:.2f}",
            owed=f"{owed:.2f}",
        )
    )
    return ReturnResult(reservation, reservation.refunded, reservation.late_fee, owed, None)


def late_fee_on(reservation: Reservation, *, now: datetime) -> Decimal:
    """What a return would cost now, in dollars."""
    book, (_lent_on, due_on) = reservation.remembered_book, reservation.loan_dates
    return late_fee(daily_fee=book.daily_fee, cap=book.late_fee_cap, due_on=due_on, returned_on=timezone.localdate(now))


def _settle(reservation: Reservation) -> Decimal:
    """Refund and late fee through the wallet; returns what stays as a debt."""
    subscriptions.services.refund(
        user_id=reservation.user_id,
        amount=reservation.refunded,
        reference=reservation.subject,
        key=key_of(reservation, "refund"),
    )
    return subscriptions.services.charge_or_owe(
        user_id=reservation.user_id,
        amount=reservation.late_fee,
        kind=subscriptions.services.EntryKind.LATE_FEE,
        reference=reservation.subject,
        key=key_of(reservation, "late-fee"),
    )


def hold_is_over(reservation: Reservation, now: datetime) -> bool:
    return reservation.hold_until is not None and reservation.hold_until <= now
