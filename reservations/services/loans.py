"""The loan itself: check-out starts it, the return ends it with a refund for days not used or a late fee."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationCheckedOut, ReservationReturned
from reservations.fees import early_return_refund, late_fee
from reservations.models import Reservation, Status
from reservations.services.allocate import allocate
from reservations.services.lookup import lock_reservation
from reservations.standing import ReservationError


class NotCheckable(ReservationError):
    code = "reservation_error"
    title = _("Only a copy that is held for you can be checked out.")


class NotReturnable(ReservationError):
    code = "not_returnable"
    title = _("Only a book on loan can be returned.")


@dataclass(frozen=True)
class ReturnResult:
    """What a return did: dollars refunded, charged and owed, and who got the copy next (a reservation's id)."""

    reservation: Reservation
    refunded: Decimal
    late_fee: Decimal
    owed: Decimal
    next_reservation_id: int | None


@transaction.atomic(durable=True)
def check_out(*, reservation_id: int, now: datetime) -> Reservation:
    """Lend the held copy from today; twice is no error. Raises ReservationNotFound, NotCheckable."""
    reservation = lock_reservation(reservation_id=reservation_id)
    if reservation.status == Status.ACTIVE:
        return reservation
    if reservation.status != Status.READY or reservation.copy_id is None or _hold_is_over(reservation, now):
        raise NotCheckable
    reservation.status = Status.ACTIVE
    reservation.starts_on = timezone.localdate(now)
    reservation.due_on = reservation.starts_on + timedelta(days=reservation.days)
    reservation.save(update_fields=["status", "starts_on", "due_on"])
    books.services.lend_copy(copy_id=reservation.copy_id)
    books.services.record_loan(book_id=reservation.remembered_book_id, on=reservation.starts_on)
    record(
        ReservationCheckedOut(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            copy_id=reservation.copy_id,
            due_on=reservation.due_on.isoformat(),
        )
    )
    return reservation


def return_copy(*, reservation_id: int, now: datetime) -> ReturnResult:
    """Take the copy back and give it to the next in the queue; twice is no error and changes nothing.

    Raises ReservationNotFound, NotReturnable.
    """
    result = _return(reservation_id=reservation_id, now=now)
    if result is None:
        reservation = Reservation.objects.get(pk=reservation_id)
        return ReturnResult(reservation, Decimal("0.00"), Decimal("0.00"), Decimal("0.00"), None)
    held = allocate(book_id=result.reservation.remembered_book_id, now=now)
    return ReturnResult(result.reservation, result.refunded, result.late_fee, result.owed, held[0] if held else None)


@transaction.atomic(durable=True)
def _return(*, reservation_id: int, now: datetime) -> ReturnResult | None:
    """The return without the allocation; None when the book was already back."""
    reservation = lock_reservation(reservation_id=reservation_id)
    if reservation.status == Status.COMPLETED:
        return None
    book = reservation.book
    if reservation.status != Status.ACTIVE or book is None or reservation.copy_id is None or reservation.due_on is None:
        raise NotReturnable
    today = timezone.localdate(now)
    unused_days = max((reservation.due_on - today).days, 0)
    refunded = early_return_refund(paid=reservation.paid, days=reservation.days, unused_days=unused_days)
    fee = late_fee(daily_fee=book.daily_fee, cap=book.late_fee_cap, due_on=reservation.due_on, returned_on=today)
    reservation.status, reservation.closed_at = Status.COMPLETED, now
    reservation.refunded, reservation.late_fee = refunded, fee
    reservation.save(update_fields=["status", "closed_at", "refunded", "late_fee"])
    books.services.free_copy(copy_id=reservation.copy_id)
    owed = _settle(reservation)
    record(
        ReservationReturned(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            copy_id=reservation.copy_id,
            refunded=f"{refunded:.2f}",
            late_fee=f"{fee:.2f}",
            owed=f"{owed:.2f}",
        )
    )
    return ReturnResult(reservation, refunded, fee, owed, None)


def _settle(reservation: Reservation) -> Decimal:
    """Refund and late fee through the wallet; returns what stays as a debt."""
    reference = f"reservation:{reservation.pk}"
    subscriptions.services.refund(
        user_id=reservation.user_id,
        amount=reservation.refunded,
        reference=reference,
        key=f"{reference}:refund",
    )
    return subscriptions.services.charge_or_owe(
        user_id=reservation.user_id,
        amount=reservation.late_fee,
        kind=subscriptions.services.EntryKind.LATE_FEE,
        reference=reference,
        key=f"{reference}:late-fee",
    )


def _hold_is_over(reservation: Reservation, now: datetime) -> bool:
    return reservation.hold_until is not None and reservation.hold_until <= now
