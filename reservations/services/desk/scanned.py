"""What came of a scan."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import books.queries
from reservations.models import WITH_COPY, HoldShelfPlace, Reservation
from reservations.services.desk.refusals import UnknownBarcode


class Outcome(StrEnum):
    LENT = "lent"
    HAS_IT = "has_it"
    RETURNED = "returned"
    ON_HOLD_SHELF = "on_hold_shelf"
    OFF_HOLD_SHELF = "off_hold_shelf"
    FOUND = "found"
    NOTHING_TO_DO = "nothing_to_do"


class Came(StrEnum):
    """How the reader came to the loan: undoing it leads back there."""

    BY_HOLD = "by_hold"
    BY_QUEUE = "by_queue"
    BY_WALKING_IN = "by_walking_in"


@dataclass(frozen=True)
class Scanned:
    """`reservation` is the loan, or the hold that the copy lies on the shelf for; `next_hold` is whose turn it is now.

    `goes_on`: nobody got it yet, and so many wait that the workers go on looking.
    Dollars: what went back, what a late return cost, and how much of that is owed.
    """

    outcome: Outcome
    copy: Any
    reservation: Reservation | None = None
    came: Came | None = None
    next_hold: Reservation | None = None
    refunded: Decimal = Decimal("0.00")
    late_fee: Decimal = Decimal("0.00")
    owed: Decimal = Decimal("0.00")
    is_free: bool = False
    goes_on: bool = False


def copy_with(barcode: str) -> Any:
    """The copy with its book. Raises UnknownBarcode."""
    copy = books.queries.copy_by_barcode(barcode=barcode)
    if copy is None:
        raise UnknownBarcode
    return copy


def with_copy(copy_id: int) -> Reservation:
    """Who has the held or lent copy; under the book's lock there is somebody."""
    return Reservation.objects.get(copy_id=copy_id, status__in=WITH_COPY)


def take_off_hold_shelf(copy_id: int) -> bool:
    """Whether it lay there."""
    deleted, _by_model = HoldShelfPlace.objects.filter(copy_id=copy_id).delete()
    return bool(deleted)
