"""Taking back a scan at the desk that was a mistake: the loan, the money and the copy are as before."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

import books.services
import subscriptions.queries
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationScanUndone
from reservations.models import OPEN, HoldShelfPlace, Reservation, Status
from reservations.services.hold import give_hold_back
from reservations.services.keeping import lock_several_wallets
from reservations.services.lookup import ReservationNotFound, lock_reservation
from reservations.services.steps import key_of, take_step
from reservations.standing import ReservationError
from reservations.transitions import Action


class NotUndoable(ReservationError):
    title = _("This can no longer be undone.")


@transaction.atomic(durable=True)
def undo_check_out(*, reservation_id: int, step: int, done_at: datetime, now: datetime) -> Reservation:
    """The copy is held again, for as long as it was. `step` is the loan's right after the check-out.

    Raises ReservationNotFound, NotUndoable (something has happened since, or more than `UNDO_SECONDS` have passed).
    """
    reservation = lock_reservation(reservation_id=reservation_id)
    check_just_done(reservation, step=step, done_at=done_at, now=now)
    take_loan_back(reservation)
    return reservation


def take_loan_back(reservation: Reservation) -> None:
    """The locked reservation's loan is a hold again. Raises NotUndoable where there is no loan."""
    take_step(reservation, Action.UNDO_CHECK_OUT, refusal=NotUndoable)
    lent_on, _due_on = reservation.loan_dates
    reservation.starts_on = reservation.due_on = None
    reservation.save(update_fields=["status", "step", "starts_on", "due_on"])
    books.services.take_back_lending(
        copy_id=reservation.kept_copy_id, book_id=reservation.remembered_book_id, lent_on=lent_on
    )
    _tell(reservation)


@transaction.atomic(durable=True)
def undo_return(*, reservation_id: int, step: int, done_at: datetime, now: datetime) -> Reservation:
    """The copy is still out; whoever it was held for meanwhile waits again. `step` is the loan's after the return.

    Raises ReservationNotFound, NotUndoable (see above; also when the next reader has the copy, or the refund is spent).
    """
    reservation, next_holder = _lock_with_next_holder(reservation_id)
    check_just_done(reservation, step=step, done_at=done_at, now=now)
    _check_not_asked_for_again(reservation)
    take_step(reservation, Action.UNDO_RETURN, refusal=NotUndoable)
    if next_holder is not None:
        _follow_plan(next_holder, now=now)
        give_hold_back(next_holder, Action.PUT_BACK)
        _tell(next_holder)
    try:
        books.services.lend_again(copy_id=reservation.kept_copy_id)
    except books.services.CopyNotFree as error:
        raise NotUndoable(_("The next reader has this copy by now.")) from error
    HoldShelfPlace.objects.filter(copy_id=reservation.kept_copy_id).delete()
    _take_money_of_return_back(reservation)
    reservation.refunded = reservation.late_fee = Decimal("0.00")
    reservation.closed_at = None
    reservation.save(update_fields=["status", "step", "closed_at", "refunded", "late_fee"])
    _tell(reservation)
    return reservation


def _follow_plan(holder: Reservation, *, now: datetime) -> None:
    """The plan may have changed while the copy was held, when no place followed it."""
    if not holder.is_moved:
        holder.priority = subscriptions.queries.current_plan(user_id=holder.user_id, now=now).priority


def _lock_with_next_holder(reservation_id: int) -> tuple[Reservation, Reservation | None]:
    """Alone at several wallets, then book, both wallets, and the reservations by id (docs/locking.md)."""
    lock_several_wallets()
    found = (
        Reservation.objects.filter(pk=reservation_id, book__isnull=False)
        .values("book_id", "copy_id", "user_id")
        .first()
    )
    if found is None:
        raise ReservationNotFound
    books.services.lock_book(book_id=found["book_id"])
    holder = (
        Reservation.objects.filter(copy_id=found["copy_id"], status=Status.READY).exclude(pk=reservation_id).first()
    )
    for user_id in sorted({found["user_id"]} | ({holder.user_id} if holder else set())):
        subscriptions.services.lock_wallet(user_id=user_id)
    ids = [reservation_id] + ([holder.pk] if holder else [])
    locked = {one.pk: one for one in Reservation.objects.filter(pk__in=ids).order_by("pk").select_for_update()}
    return locked[reservation_id], locked[holder.pk] if holder else None


def check_just_done(reservation: Reservation, *, step: int, done_at: datetime, now: datetime) -> None:
    """Raises NotUndoable when something has happened since, or too much time has passed."""
    if reservation.step != step or now - done_at > timedelta(seconds=settings.UNDO_SECONDS):
        raise NotUndoable
    if reservation.book_id is None:  # forgotten just now
        raise NotUndoable


def _check_not_asked_for_again(reservation: Reservation) -> None:
    """One open reservation per patron and book: the returned loan can't be a second one."""
    others = Reservation.objects.filter(
        user_id=reservation.user_id, book_id=reservation.remembered_book_id, status__in=OPEN
    )
    if others.exists():
        raise NotUndoable(_("The reader has asked for this book again."))


def _take_money_of_return_back(reservation: Reservation) -> None:
    try:
        subscriptions.services.charge(
            user_id=reservation.user_id,
            amount=reservation.refunded,
            kind=subscriptions.services.EntryKind.RESERVATION,
            reference=reservation.subject,
            key=key_of(reservation, "refund-undone"),
        )
    except subscriptions.services.InsufficientFunds as error:
        raise NotUndoable(_("What was refunded has been spent meanwhile.")) from error
    subscriptions.services.take_fee_back(
        user_id=reservation.user_id,
        amount=reservation.late_fee,
        kind=subscriptions.services.EntryKind.LATE_FEE,
        reference=reservation.subject,
        key=key_of(reservation, "late-fee-undone"),
    )


def _tell(reservation: Reservation) -> None:
    record(
        ReservationScanUndone(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            status=reservation.status,
        )
    )
