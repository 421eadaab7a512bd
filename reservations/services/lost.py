"""A lent copy that will not come back, and the day it turns up all the same."""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationCopyFound, ReservationCopyLost
from reservations.models import Reservation
from reservations.services.allocate import allocate
from reservations.services.loans import late_fee_on
from reservations.services.lookup import lock_reservation
from reservations.services.steps import key_of, take_step
from reservations.standing import ReservationError
from reservations.transitions import Action


class NotOnLoan(ReservationError):
    title = _("Only a copy on loan can be reported lost.")


class NotLost(ReservationError):
    title = _("This copy was not reported lost.")


@transaction.atomic(durable=True)
def lose_copy(*, reservation_id: int, now: datetime, reason: str = "") -> Reservation:
    """The loan ends, and the patron pays the price of the book: the late fee so far and the rest of its cap.

    What the wallet can't cover is owed. Raises ReservationNotFound, NotOnLoan.
    """
    reservation = lock_reservation(reservation_id=reservation_id)
    take_step(reservation, Action.LOSE, refusal=NotOnLoan, reason=reason)
    reservation.closed_at, reservation.lost_on = now, timezone.localdate(now)
    reservation.late_fee = late_fee_on(reservation, now=now)
    reservation.lost_fee = reservation.remembered_book.late_fee_cap - reservation.late_fee
    reservation.save(update_fields=["status", "step", "closed_at", "lost_on", "late_fee", "lost_fee"])
    books.services.lose_copy(copy_id=reservation.kept_copy_id)
    owed = _charge(reservation)
    record(
        ReservationCopyLost(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            copy_id=reservation.kept_copy_id,
            late_fee=f"{reservation.late_fee:.2f}",
            lost_fee=f"{reservation.lost_fee:.2f}",
            owed=f"{owed:.2f}",
        )
    )
    return reservation


def find_copy(*, reservation_id: int, now: datetime, reason: str = "") -> Reservation:
    """The copy is back on the shelf for the next reader, and its charge goes back; the late fee stays.

    Raises ReservationNotFound, NotLost.
    """
    with transaction.atomic(durable=True):
        reservation = lock_reservation(reservation_id=reservation_id)
        put_found_copy_back(reservation, reason=reason)
    allocate(book_id=reservation.remembered_book_id, now=now)
    return reservation


def put_found_copy_back(reservation: Reservation, *, reason: str = "") -> None:
    """The lost copy of the locked reservation is on the shelf again; the caller allocates. Raises NotLost."""
    if reservation.lost_on is None or reservation.copy_id is None:
        raise NotLost
    take_step(reservation, Action.FIND, refusal=NotLost, reason=reason)
    refunded = subscriptions.services.take_fee_back(
        user_id=reservation.user_id,
        amount=reservation.lost_fee,
        kind=subscriptions.services.EntryKind.LOST_COPY,
        reference=lost_subject(reservation),
        key=key_of(reservation, "found"),
    )
    reservation.lost_on, reservation.lost_fee = None, Decimal("0.00")
    reservation.save(update_fields=["step", "lost_on", "lost_fee"])
    with suppress(books.services.CopyInUse):  # put back among the copies meanwhile, and somebody has it by now
        books.services.mark_copy_available_again(copy_id=reservation.copy_id)
    record(
        ReservationCopyFound(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            copy_id=reservation.copy_id,
            refunded=f"{refunded:.2f}",
        )
    )


def lost_subject(reservation: Reservation) -> str:
    """What the ledger calls the charge for the copy, which is not spent on reservations."""
    return f"lost-copy:{reservation.pk}"


def _charge(reservation: Reservation) -> Decimal:
    """Returns what stays as a debt, in dollars."""
    kinds = subscriptions.services.EntryKind
    owed = subscriptions.services.charge_or_owe(
        user_id=reservation.user_id,
        amount=reservation.late_fee,
        kind=kinds.LATE_FEE,
        reference=reservation.subject,
        key=key_of(reservation, "late-fee"),
    )
    return owed + subscriptions.services.charge_or_owe(
        user_id=reservation.user_id,
        amount=reservation.lost_fee,
        kind=kinds.LOST_COPY,
        reference=lost_subject(reservation),
        key=key_of(reservation, "lost"),
    )
