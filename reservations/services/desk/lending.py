"""Handing a scanned copy to a reader, whichever way the reader came to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import books.services
import subscriptions.services
from library_portal.outbox import record
from reservations.events import ReservationCreated
from reservations.models import OPEN, Reservation, Status
from reservations.places import comes_after
from reservations.services.allocate import allocate
from reservations.services.cancel import end
from reservations.services.desk.refusals import (
    CopyIsLost,
    CopyUnavailable,
    HeldForSomebodyElse,
    LongQueue,
    OutToSomebodyElse,
    OverrideNotPossible,
    ReasonMissing,
    SomebodyIsNext,
)
from reservations.services.desk.scanned import Came, Outcome, Scanned, copy_with, with_copy
from reservations.services.hold import hold_copy
from reservations.services.keeping import Keeping, carry_out
from reservations.services.loans import hold_is_over, start_loan
from reservations.services.looking import Look, look_along
from reservations.services.queue import place_of
from reservations.standing import OVERRIDABLE, BookUnavailable, check_days, standing_of
from reservations.transitions import Action


@dataclass(frozen=True)
class Wish:
    """What the librarian asks for. `overridden` are codes of refusals set aside; `days` None: as the plan allows."""

    user_id: int
    barcode: str
    days: int | None
    overridden: frozenset[str]
    reason: str
    now: datetime


def lend(
    *,
    user_id: int,
    barcode: str,
    days: int | None = None,
    overridden: Collection[str] = (),
    reason: str = "",
    now: datetime,
    dry_run: bool = False,
) -> Scanned:
    """Lend this very copy to this reader: from the hold (also of another copy of the book), from the queue, or at once.

    Blocks, limits and quotas can be set aside with a reason, which the audit log keeps; money is never lent. Who asks
    for what the reader has already is told so. Raises UnknownBarcode, the other refusals of this package, NotCheckable,
    BookUnavailable, DurationTooLong, and what `check_may_hold` raises.
    """
    _check_override(overridden, reason)
    wish = Wish(user_id, barcode, days, frozenset(overridden), reason.strip(), now)
    return carry_out(lambda keep: _lend(wish, keep), dry_run=dry_run)


def _check_override(overridden: Collection[str], reason: str) -> None:
    if not OVERRIDABLE.issuperset(overridden):
        raise OverrideNotPossible
    if overridden and not reason.strip():
        raise ReasonMissing


def _lend(wish: Wish, keep: Keeping) -> Scanned:
    book_id = copy_with(wish.barcode).book_id
    with keep():
        scanned, another_is_free = _lend_locked(wish, book_id)
    if another_is_free:
        allocate(book_id=book_id, now=wish.now, keep=keep)
    return scanned


def _lend_locked(wish: Wish, book_id: int) -> tuple[Scanned, bool]:
    """Also whether another copy became free by it."""
    book = books.services.lock_book(book_id=book_id)
    subscriptions.services.lock_wallet(user_id=wish.user_id)
    copy, own = copy_with(wish.barcode), _own_reservation(wish.user_id, book_id)
    if own is not None and own.status == Status.ACTIVE:
        return Scanned(Outcome.HAS_IT, copy, own), False
    held_copy_id = own.copy_id if own else None
    if own is not None and own.status == Status.READY and hold_is_over(own, wish.now):
        end(own, Action.EXPIRE, now=wish.now)
        own, copy = None, copy_with(wish.barcode)
    if own is not None and own.status == Status.READY:
        came = Came.BY_HOLD
        _hold_this_copy_instead(own, copy)
    else:
        came = Came.BY_WALKING_IN if own is None else Came.BY_QUEUE
        own = _hold_at_once(wish, book, copy, own)
    start_loan(own, now=wish.now, reason=_reason(wish))
    return Scanned(Outcome.LENT, copy, own, came=came), held_copy_id not in (None, copy.pk)


def _own_reservation(user_id: int, book_id: int) -> Reservation | None:
    own = Reservation.objects.filter(user_id=user_id, book_id=book_id, status__in=OPEN)
    return own.select_for_update().first()


def _hold_this_copy_instead(own: Reservation, copy: Any) -> None:
    """One copy of a book is as good as another: the hold moves to the one in hand."""
    if own.copy_id == copy.pk:
        return
    _check_on_shelf(copy)
    books.services.hold_copy(copy_id=copy.pk)
    books.services.free_copy(copy_id=own.kept_copy_id)
    own.copy_id = copy.pk
    own.save(update_fields=["copy"])


def _hold_at_once(wish: Wish, book: Any, copy: Any, own: Reservation | None) -> Reservation:
    """Hold the copy on the shelf for the reader, who waits for the book or has just asked for it."""
    _check_on_shelf(copy)
    if not book.is_lendable or book.withdrawn_at is not None:
        raise BookUnavailable
    _check_nobody_is_before(wish, book, own)
    standing = standing_of(user_id=wish.user_id, now=wish.now)
    if wish.days is not None:
        check_days(standing, wish.days)
    reservation = own or _new_reservation(wish, book_id=book.pk, plan=standing.plan)
    reservation.days = wish.days or reservation.days
    hold_copy(
        reservation=reservation,
        copy_id=copy.pk,
        standing=standing,
        daily_fee=book.daily_fee,
        now=wish.now,
        overridden=wish.overridden,
    )
    return reservation


def _new_reservation(wish: Wish, *, book_id: int, plan: Any) -> Reservation:
    made = Reservation.objects.create(
        user_id=wish.user_id,
        book_id=book_id,
        days=plan.max_days,
        priority=plan.priority,
        joined_at=wish.now,
        queued_at=wish.now,
    )
    record(ReservationCreated(reservation_id=made.pk, user_id=wish.user_id, book_id=book_id, status=Status.READY.value))
    return made


def _check_nobody_is_before(wish: Wish, book: Any, own: Reservation | None) -> None:
    """An eligible reader who waits is not overtaken, except by who stands before. Raises SomebodyIsNext, LongQueue."""
    look = look_along(book_id=book.pk, daily_fee=book.daily_fee, now=wish.now)
    if own is not None:
        own.refresh_from_db()  # looking along the queue follows changes of plan
    if look.found is not None and (own is None or comes_after(place_of(own), place_of(look.found))):
        raise SomebodyIsNext(user_id=look.found.user_id)
    if look.goes_on and not _was_seen(own, look):
        raise LongQueue


def _was_seen(own: Reservation | None, look: Look) -> bool:
    return own is not None and look.seen is not None and not comes_after(place_of(own), look.seen)


def _check_on_shelf(copy: Any) -> None:
    """Raises the refusal that says where the copy is."""
    if copy.status == "unavailable" and copy.reason == "lost":
        raise CopyIsLost
    if copy.status == "unavailable":
        raise CopyUnavailable(reason=copy.get_reason_display())
    refusal = {"held": HeldForSomebodyElse, "on_loan": OutToSomebodyElse}.get(copy.status)
    if refusal is not None:
        raise refusal(user_id=with_copy(copy.pk).user_id)


def _reason(wish: Wish) -> str:
    """As the audit log has it: which rules, and why."""
    return f"{', '.join(sorted(wish.overridden))}: {wish.reason}" if wish.overridden else ""
