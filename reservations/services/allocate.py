"""Who gets a copy that becomes free (rules.md). Short transactions, one per copy: book, then the patron's wallet.

A transaction looks at a bounded number of places and lets go of the book. Where more wait, an event asks the workers to
go on behind the last place seen: nobody who wants to join, leave or return waits for that long a look. Nobody who is
eligible is overtaken by it:

- Whoever changes means or place meanwhile is tried again at once, and every such try begins at the front.
- Who stands further back gets the copy only after all those who did were looked at once more, wherever they stand.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import books.services
import subscriptions.events
import subscriptions.services
from library_portal.outbox import Event, record
from library_portal.outbox.looking_back import is_under_way, told_since
from reservations import events
from reservations.models import Reservation, Status
from reservations.places import Place
from reservations.services.hold import hold_copy
from reservations.services.keeping import Keeping, for_good
from reservations.services.looking import Look, look_again, look_along, pass_over
from reservations.standing import PASSED_OVER_REASONS, standing_of

# After these a patron may be eligible who was not: more money, fewer copies out, no debt.
MEANS_CHANGED: tuple[type[Event], ...] = (
    subscriptions.events.WalletCredited,
    events.ReservationReturned,
    events.ReservationCancelled,
    events.ReservationExpired,
    events.ReservationDeferred,
    events.ReservationScanUndone,
    events.ReservationCopyLost,
    events.ReservationCopyFound,
)
# And after these one may stand further in front as well.
PLACE_CHANGED: tuple[type[Event], ...] = (
    subscriptions.events.SubscriptionChanged,
    events.ReservationCreated,
    events.ReservationChanged,
)


# A place as an event says it: priority, time, id; the front of the queue is nothing.
Written = list[Any]


@dataclass(frozen=True)
class Allocation:
    """The reservations that got a copy, by id and in order, and whether the workers go on looking along the queue."""

    held: list[int]
    goes_on: bool


def allocate(*, book_id: int, now: datetime, keep: Keeping = for_good) -> Allocation:
    """Give the book's free copies to the first eligible patrons waiting.

    Safe to repeat at any time. Must not run inside a transaction: each copy's is its own, except in a rehearsal.
    """
    held: list[int] = []
    while True:
        with keep():
            look = _hold_for_first_eligible(book_id=book_id, now=now)
        if look.found is None:
            return Allocation(held, look.goes_on)
        if look.found.status == Status.READY:
            held.append(look.found.pk)


def allocate_for_patron(*, user_id: int, now: datetime) -> list[int]:
    """The patron's means have changed (top-up, upgrade, debt paid, copy returned): try the books waited for."""
    books_waited_for = Reservation.objects.filter(user_id=user_id, status=Status.PENDING).order_by("pk")
    return [
        reservation_id
        for book_id in books_waited_for.values_list("book_id", flat=True)
        for reservation_id in allocate(book_id=book_id, now=now).held
    ]


def go_on_allocating(*, book_id: int, after: Written, since: int, now: datetime) -> None:
    """One step further along the queue, behind this place, if a copy is free still.

    `since` is the event with which the look began. Runs in the caller's transaction.
    """
    book = books.services.lock_book(book_id=book_id)
    copy = books.services.first_free_copy(book_id=book_id)
    if copy is None:
        return
    facts: dict[str, Any] = {"book_id": book_id, "daily_fee": book.daily_fee, "now": now}
    look = look_along(**facts, after=_read(after))
    if look.goes_on:
        _ask_to_go_on(book_id, _written(look.seen), since)
        return
    meanwhile = told_since(since, MEANS_CHANGED + PLACE_CHANGED, "user_id")
    first = look_again(**facts, user_ids=meanwhile, found=look.found)
    if first is not None:
        _hold(first, copy.pk, daily_fee=book.daily_fee, now=now)
        _ask_to_go_on(book_id, after, since)  # for the next copy


def _hold_for_first_eligible(*, book_id: int, now: datetime) -> Look:
    """Nobody is found when there is no copy, or nobody to have it among those looked at.

    Who looked eligible and is not under the lock (money went elsewhere meanwhile) comes back still pending.
    """
    book = books.services.lock_book(book_id=book_id)
    copy = books.services.first_free_copy(book_id=book_id)
    if copy is None:
        return Look(None)
    look = look_along(book_id=book_id, daily_fee=book.daily_fee, now=now)
    if look.found is not None:
        _hold(look.found, copy.pk, daily_fee=book.daily_fee, now=now)
    elif look.goes_on and not is_under_way(events.AllocationContinued, book_id=book_id):
        # One look at a time is enough: before it gives a copy away it asks who has changed meanwhile.
        _ask_to_go_on(book_id, _written(look.seen))
    return look


def _hold(candidate: Reservation, copy_id: int, *, daily_fee: Decimal, now: datetime) -> None:
    subscriptions.services.lock_wallet(user_id=candidate.user_id)
    standing = standing_of(user_id=candidate.user_id, now=now)
    try:
        hold_copy(reservation=candidate, copy_id=copy_id, standing=standing, daily_fee=daily_fee, now=now)
    except tuple(PASSED_OVER_REASONS) as refusal:
        pass_over([(candidate, refusal)])


def _ask_to_go_on(book_id: int, after: Written, since: int = 0) -> None:
    record(events.AllocationContinued(book_id=book_id, after=after, since=since))


def _written(place: Place | None) -> Written:
    return [place.priority, place.queued_at.isoformat(), place.pk] if place else []


def _read(after: Written) -> Place | None:
    return Place(after[0], datetime.fromisoformat(after[1]), after[2]) if after else None
