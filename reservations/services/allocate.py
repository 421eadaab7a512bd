"""Who gets a copy that becomes free (rules.md). One small transaction per copy: book, then the patron's wallet."""

from datetime import datetime
from decimal import Decimal

from django.db.models import F, Func, Value

import books.services
import subscriptions.services
from library_portal.errors import PortalError
from library_portal.outbox.recording import record_many
from reservations.events import ReservationPassedOver
from reservations.models import Reservation, Status
from reservations.services.hold import hold_copy
from reservations.services.keeping import Keeping, for_good
from reservations.services.queue import next_in_queue, place_of, queue_changed
from reservations.short_loans import cut, short_loan_days
from reservations.standing import (
    PASSED_OVER_REASONS,
    AccountClosed,
    Standing,
    refusal_to_hold,
    standing_of,
    standings_of,
)

# How many places of the queue are looked at together: few at first, for one of them is nearly always eligible.
LOOK_AHEAD, MOST_AHEAD = 50, 2000

Refused = tuple[Reservation, PortalError]


def allocate(*, book_id: int, now: datetime, keep: Keeping = for_good) -> list[int]:
    """Give the book's free copies to the first eligible patrons waiting; returns their reservations' ids, in order.

    Safe to repeat at any time. Must not run inside a transaction: each copy's is its own, except in a rehearsal.
    """
    held: list[int] = []
    while (candidate := _try_first_eligible(book_id=book_id, now=now, keep=keep)) is not None:
        if candidate.status == Status.READY:
            held.append(candidate.pk)
    return held


def allocate_for_patron(*, user_id: int, now: datetime) -> list[int]:
    """The patron's means have changed (top-up, upgrade, debt paid, copy returned): try the books waited for."""
    books_waited_for = Reservation.objects.filter(user_id=user_id, status=Status.PENDING).order_by("pk")
    return [
        reservation_id
        for book_id in books_waited_for.values_list("book_id", flat=True)
        for reservation_id in allocate(book_id=book_id, now=now)
    ]


def _try_first_eligible(*, book_id: int, now: datetime, keep: Keeping) -> Reservation | None:
    """Hold a free copy for the first who looks eligible; None when there is no copy or nobody to have it.

    Who looked eligible and is not under the lock (money went elsewhere meanwhile) comes back still pending.
    """
    with keep():
        return _hold_for_first_eligible(book_id=book_id, now=now)


def _hold_for_first_eligible(*, book_id: int, now: datetime) -> Reservation | None:
    book = books.services.lock_book(book_id=book_id)
    copy = books.services.first_free_copy(book_id=book_id)
    candidate = copy and first_eligible(book_id=book_id, daily_fee=book.daily_fee, now=now)
    if not copy or not candidate:
        return None
    subscriptions.services.lock_wallet(user_id=candidate.user_id)
    standing = standing_of(user_id=candidate.user_id, now=now)
    try:
        hold_copy(reservation=candidate, copy_id=copy.pk, standing=standing, daily_fee=book.daily_fee, now=now)
    except tuple(PASSED_OVER_REASONS) as refusal:
        _pass_over([(candidate, refusal)])
    return candidate


def first_eligible(*, book_id: int, daily_fee: Decimal, now: datetime) -> Reservation | None:
    """Look along the queue without locking wallets; who is not eligible is passed over and told why."""
    last, short_loan, limit = None, short_loan_days(book_id=book_id, in_queue=True), LOOK_AHEAD
    while places := next_in_queue(book_id=book_id, now=now, after=last, limit=limit):
        standings = standings_of(user_ids={place.user_id for place in places}, now=now)
        if _follow_plans(places, standings):
            last = None
            continue
        refused: list[Refused] = []
        for place in places:
            standing = standings[place.user_id]
            days = cut(place.days, plan_days=standing.plan.max_days, short_loan=short_loan)
            refusal = refusal_to_hold(standing, daily_fee=daily_fee, days=days)
            if refusal is None:
                break
            refused.append((place, refusal))
        _pass_over(refused)
        if len(refused) < len(places):
            return places[len(refused)]
        last, limit = places[-1], min(2 * limit, MOST_AHEAD)
    return None


def _follow_plans(places: list[Reservation], standings: dict[int, Standing]) -> bool:
    """Move places whose priority is no longer their patron's (the plan ran out); True when the order has changed."""
    changed = [
        place for place in places if not place.is_moved and place.priority != standings[place.user_id].plan.priority
    ]
    for place in changed:
        change_priority(place, standings[place.user_id].plan.priority)
    return bool(changed)


def change_priority(place: Reservation, priority: int) -> None:
    """Needs the book's lock."""
    before = place_of(place)
    place.priority = priority
    place.save(update_fields=["priority"])
    queue_changed(book_id=place.remembered_book_id, left=before, joined=place_of(place))


def _pass_over(refused: list[Refused]) -> None:
    """The places are kept; each patron is told once per reason, unless nobody is there to be told."""
    reasons = [(place, PASSED_OVER_REASONS[type(why)]) for place, why in refused if not isinstance(why, AccountClosed)]
    untold = [(place, reason) for place, reason in reasons if reason not in place.told_reasons]
    for told in {reason for _place, reason in untold}:
        places = Reservation.objects.filter(pk__in=[place.pk for place, reason in untold if reason == told])
        places.update(told_reasons=Func(F("told_reasons"), Value(told), function="array_append"))
    if untold:
        record_many([_passed_over(place, reason) for place, reason in untold])


def _passed_over(place: Reservation, reason: str) -> ReservationPassedOver:
    place.told_reasons.append(reason)
    return ReservationPassedOver(
        reservation_id=place.pk, user_id=place.user_id, book_id=place.remembered_book_id, reason=reason
    )
