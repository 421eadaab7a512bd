"""Reactions to events: a copy that became free or means that changed end in an allocation; people are told.

Everything here is safe to repeat and tolerates any order: the state is read again, never taken from the event.
"""

from django.utils import timezone

import books.events
import subscriptions.events
from library_portal.notifications.languages import in_their_language
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered
from reservations import events
from reservations.models import Status
from reservations.notices.messages import MESSAGES
from reservations.notices.telling import tell
from reservations.services import allocate, allocate_for_patron, follow_calendar
from reservations.services.allocate import MEANS_CHANGED, go_on_allocating
from reservations.services.priority import follow_plan


@subscribe(
    books.events.BookAvailabilityChanged,
    books.events.BookUpdated,
    events.ReservationCreated,
    events.ReservationChanged,
    queue="circulation",
    atomic=False,
)
def allocate_free_copies(delivered: Delivered) -> None:
    """Also for who has just joined: the server may have died before it looked for a copy."""
    if delivered.payload.get("what") == "dates":  # a closed day moves many of them, and frees no copy
        return
    if delivered.payload.get("status") == Status.READY:
        return
    allocate(book_id=delivered.payload["book_id"], now=timezone.now())


@subscribe(*MEANS_CHANGED, queue="circulation", atomic=False)
def try_again_for_patron(delivered: Delivered) -> None:
    allocate_for_patron(user_id=delivered.payload["user_id"], now=timezone.now())


@subscribe(events.AllocationContinued, queue="circulation")
def go_on_along_the_queue(delivered: Delivered) -> None:
    """In one transaction with its delivery: each step is taken once, and it is known whether another one follows."""
    payload = delivered.payload
    go_on_allocating(
        book_id=payload["book_id"],
        after=payload["after"],
        since=payload["since"] or delivered.event_id,
        now=timezone.now(),
    )


@subscribe(subscriptions.events.SubscriptionChanged, queue="circulation", atomic=False)
def move_to_new_priority(delivered: Delivered) -> None:
    follow_plan(user_id=delivered.payload["user_id"], now=timezone.now())
    allocate_for_patron(user_id=delivered.payload["user_id"], now=timezone.now())


@subscribe(events.CalendarChanged, events.CalendarContinued, queue="circulation", atomic=False)
def move_dates(delivered: Delivered) -> None:
    follow_calendar(after=delivered.payload.get("after_id", 0), now=timezone.now())


@subscribe(*MESSAGES, queue="notifications")
@in_their_language
def tell_patron(delivered: Delivered) -> None:
    tell(delivered)
