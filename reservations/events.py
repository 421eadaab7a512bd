"""The life of a reservation as events: ids and ISO times; amounts are strings of dollars with two places."""

from dataclasses import dataclass
from typing import Any, ClassVar

from library_portal.outbox import Event


@dataclass(frozen=True)
class ReservationEvent(Event):
    reservation_id: int
    user_id: int
    book_id: int


@dataclass(frozen=True)
class ReservationCreated(ReservationEvent):
    name: ClassVar[str] = "reservation.created"
    status: str


@dataclass(frozen=True)
class ReservationReady(ReservationEvent):
    name: ClassVar[str] = "reservation.ready"
    copy_id: int
    price: str
    hold_until: str


@dataclass(frozen=True)
class ReservationPassedOver(ReservationEvent):
    name: ClassVar[str] = "reservation.passed_over"
    reason: str


@dataclass(frozen=True)
class ReservationCheckedOut(ReservationEvent):
    name: ClassVar[str] = "reservation.checked_out"
    copy_id: int
    due_on: str


@dataclass(frozen=True)
class ReservationReturned(ReservationEvent):
    name: ClassVar[str] = "reservation.returned"
    copy_id: int
    refunded: str
    late_fee: str
    owed: str


@dataclass(frozen=True)
class ReservationCancelled(ReservationEvent):
    name: ClassVar[str] = "reservation.cancelled"
    refunded: str
    by_staff: bool


@dataclass(frozen=True)
class ReservationExpired(ReservationEvent):
    name: ClassVar[str] = "reservation.expired"
    refunded: str


@dataclass(frozen=True)
class ReservationExtended(ReservationEvent):
    name: ClassVar[str] = "reservation.extended"
    due_on: str
    charged: str
    by_staff: bool


@dataclass(frozen=True)
class ReservationChanged(ReservationEvent):
    """`what` is `days`, `pause`, `place` or `dates`."""

    name: ClassVar[str] = "reservation.changed"
    what: str


@dataclass(frozen=True)
class ReservationDeferred(ReservationEvent):
    name: ClassVar[str] = "reservation.deferred"
    by_staff: bool


@dataclass(frozen=True)
class ReservationScanUndone(ReservationEvent):
    """`status` is what it is again: `ready`, `active`, or `pending` for whom the copy was held meanwhile."""

    name: ClassVar[str] = "reservation.scan_undone"
    status: str


@dataclass(frozen=True)
class ReservationCopyLost(ReservationEvent):
    name: ClassVar[str] = "reservation.copy_lost"
    copy_id: int
    late_fee: str
    lost_fee: str
    owed: str


@dataclass(frozen=True)
class ReservationCopyFound(ReservationEvent):
    name: ClassVar[str] = "reservation.copy_found"
    copy_id: int
    refunded: str


@dataclass(frozen=True)
class ReservationEndsSoon(ReservationEvent):
    """On the day before the loan ends, and on its last day."""

    name: ClassVar[str] = "reservation.ends_soon"
    due_on: str


@dataclass(frozen=True)
class ReservationOverdue(ReservationEvent):
    """Once for each day that the loan is overdue."""

    name: ClassVar[str] = "reservation.overdue"
    due_on: str
    on: str


@dataclass(frozen=True)
class AllocationContinued(Event):
    """A copy is free, and so many wait that the workers go on looking behind a place: `after` is its priority, its time
    and its id, or nothing for the front. `since` is the event with which the look began, 0 for this one."""

    name: ClassVar[str] = "allocation.continued"
    book_id: int
    after: list[Any]
    since: int


@dataclass(frozen=True)
class CalendarChanged(Event):
    """`what` is `closed`, `reopened` or `week` (the days closed every week)."""

    name: ClassVar[str] = "calendar.changed"
    what: str


@dataclass(frozen=True)
class CalendarContinued(Event):
    """Many dates follow a change of the calendar: those of reservations with ids above are still to be moved."""

    name: ClassVar[str] = "calendar.continued"
    after_id: int
