"""The life of a reservation as events: ids and ISO times; amounts are strings of dollars with two places."""

from dataclasses import dataclass
from typing import ClassVar

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


@dataclass(frozen=True)
class ReservationExpired(ReservationEvent):
    name: ClassVar[str] = "reservation.expired"
    refunded: str
