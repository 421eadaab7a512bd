"""Holds and loans follow the library calendar: what would end on a day that is closed now ends later, never earlier."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from library_portal.one_by_one import on_its_own
from library_portal.outbox import record
from reservations.events import CalendarContinued, ReservationChanged
from reservations.library_calendar import LibraryCalendar, library_calendar
from reservations.models import Reservation, Status
from reservations.services.lookup import lock_reservation

# One run is over well before its delivery would be sent to somebody else (DELIVERY_LEASE_SECONDS).
DATES_AT_ONCE = 200


def follow_calendar(*, after: int = 0, now: datetime) -> None:
    """Move the dates of holds and loans with ids above `after`: `DATES_AT_ONCE`, then an event asks for the next ones.

    Safe to repeat, and beside other runs: a date that has moved is right. Each has its own short transaction.
    """
    ids = list(islice(_ending_on_closed_days(after, now), DATES_AT_ONCE))
    for reservation_id in ids:
        with on_its_own("The date of reservation", reservation_id):
            _move_date(reservation_id=reservation_id, now=now)
    if len(ids) == DATES_AT_ONCE:
        with transaction.atomic():
            record(CalendarContinued(after_id=ids[-1]))


def _ending_on_closed_days(after: int, now: datetime) -> Iterator[int]:
    """Read without a lock: they only say where to look (docs/locking.md)."""
    today = timezone.localdate(now)
    held_since = Reservation.objects.filter(status=Status.READY).aggregate(first=Min("ready_at"))["first"]
    calendar = library_calendar(today=min(today, timezone.localdate(held_since or now)))
    holds = Q(status=Status.READY, hold_until__gt=now)
    loans = Q(status=Status.ACTIVE, due_on__gte=calendar.closed_since(today))
    found = Reservation.objects.filter(holds | loans, pk__gt=after).order_by("pk")
    rows = found.only("status", "ready_at", "hold_until", "due_on")
    return (one.pk for one in rows.iterator(chunk_size=2000) if _later(one, calendar, now))


@transaction.atomic(durable=True)
def _move_date(*, reservation_id: int, now: datetime) -> None:
    reservation = lock_reservation(reservation_id=reservation_id)
    since = timezone.localdate(reservation.ready_at if reservation.status == Status.READY else now)
    later = _later(reservation, library_calendar(today=since), now)
    if not later:
        return
    Reservation.objects.filter(pk=reservation.pk).update(**later)
    record(
        ReservationChanged(
            reservation_id=reservation.pk,
            user_id=reservation.user_id,
            book_id=reservation.remembered_book_id,
            what="dates",
        )
    )


def _later(reservation: Reservation, calendar: LibraryCalendar, now: datetime) -> dict[str, date | datetime]:
    """The field that changes, with its new value. What has run out, or was due before the closure, stays."""
    today, kept, due = timezone.localdate(now), reservation.hold_until, reservation.due_on
    if reservation.status == Status.READY and reservation.ready_at and kept and kept > now:
        later = calendar.kept_until(ready_at=reservation.ready_at, hold_until=kept)
        return {"hold_until": later} if later > kept else {}
    if reservation.status == Status.ACTIVE and due and due >= calendar.closed_since(today):
        due_later = calendar.next_open(due)
        return {"due_on": due_later} if due_later > due else {}
    return {}
