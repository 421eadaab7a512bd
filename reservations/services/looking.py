"""Looking along a queue for the first who may have a copy (rules.md). Needs the book's lock, and locks no wallet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Func, Value

from library_portal.errors import PortalError
from library_portal.outbox.recording import record_many
from reservations.events import ReservationPassedOver
from reservations.models import Reservation
from reservations.places import in_order
from reservations.services.queue import Place, next_in_queue, place_of, places_of, queue_changed
from reservations.short_loans import cut, short_loan_days
from reservations.standing import PASSED_OVER_REASONS, AccountClosed, Standing, refusal_to_hold, standings_of

# How many places are read together at the front, where one of the first is nearly always eligible; then twice as many.
LOOK_AHEAD = 50
# How many places one transaction looks at: so long others may have to wait for the book.
PLACES_AT_ONCE = 1000

Refused = tuple[Reservation, PortalError]


@dataclass(frozen=True)
class Look:
    """Who was found. Without anybody, `goes_on` says that there are more places than were looked at: those behind
    `seen`, or all from the front (None), because places have moved meanwhile."""

    found: Reservation | None
    goes_on: bool = False
    seen: Place | None = None


def look_along(*, book_id: int, daily_fee: Decimal, now: datetime, after: Place | None = None) -> Look:
    """Look at `PLACES_AT_ONCE` places behind one; who is not eligible is passed over and told why."""
    short_loan = short_loan_days(book_id=book_id, in_queue=True)
    seen, limit, left = after, LOOK_AHEAD if after is None else PLACES_AT_ONCE, PLACES_AT_ONCE
    while left and (places := next_in_queue(book_id=book_id, now=now, after=seen, limit=min(limit, left))):
        left -= len(places)
        standings = standings_of(user_ids={place.user_id for place in places}, now=now)
        if _follow_plans(places, standings):
            seen = None
            continue
        found = _first_eligible(places, standings, daily_fee=daily_fee, short_loan=short_loan)
        if found is not None:
            return Look(found)
        seen, limit = place_of(places[-1]), 2 * limit
    return Look(None, goes_on=not left, seen=seen)


def look_again(
    *, book_id: int, daily_fee: Decimal, now: datetime, user_ids: Collection[int], found: Reservation | None
) -> Reservation | None:
    """The first of these patrons and of who was `found`: their means, or their places, have changed in between."""
    short_loan = short_loan_days(book_id=book_id, in_queue=True)
    places = places_of(book_id=book_id, now=now, user_ids=user_ids, limit=PLACES_AT_ONCE)
    contenders = {place.pk: place for place in [*places, *([found] if found else [])]}
    standings = standings_of(user_ids={place.user_id for place in contenders.values()}, now=now)
    _follow_plans(list(contenders.values()), standings)
    return _first_eligible(in_order(contenders.values()), standings, daily_fee=daily_fee, short_loan=short_loan)


def _first_eligible(
    places: Sequence[Reservation], standings: dict[int, Standing], *, daily_fee: Decimal, short_loan: int | None
) -> Reservation | None:
    refused: list[Refused] = []
    for place in places:
        standing = standings[place.user_id]
        days = cut(place.days, plan_days=standing.plan.max_days, short_loan=short_loan)
        refusal = refusal_to_hold(standing, daily_fee=daily_fee, days=days)
        if refusal is None:
            break
        refused.append((place, refusal))
    pass_over(refused)
    return places[len(refused)] if len(refused) < len(places) else None


def _follow_plans(places: Sequence[Reservation], standings: dict[int, Standing]) -> bool:
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


def pass_over(refused: Sequence[Refused]) -> None:
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
