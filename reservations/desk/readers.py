"""The reader who stands at the desk: standing, and everything with or held for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import accounts.queries
from accounts.cards import card_number
from reservations.models import OPEN, Reservation, Status
from reservations.standing import Standing, standing_of

MOST_SHOWN = 30
LETTERS_ON_SLIP, DIGITS_ON_SLIP = 3, 4


@dataclass(frozen=True)
class Reader:
    user: Any
    card: str
    standing: Standing
    open_ones: list[Reservation]

    @property
    def held(self) -> list[Reservation]:
        return [one for one in self.open_ones if one.status == Status.READY]

    @property
    def on_loan(self) -> list[Reservation]:
        return [one for one in self.open_ones if one.status == Status.ACTIVE]

    @property
    def waiting(self) -> int:
        return sum(one.status == Status.PENDING for one in self.open_ones)


def reader(*, user_id: int, now: datetime) -> Reader:
    """Raises UserNotFound."""
    user = accounts.queries.user(user_id=user_id)
    open_ones = Reservation.objects.filter(user_id=user_id, status__in=OPEN).select_related("book", "copy")
    standing = standing_of(user_id=user_id, now=now)
    return Reader(user, card_number(user_id), standing, list(open_ones.order_by("due_on", "-pk")[:MOST_SHOWN]))


def name_on_slip(user: Any) -> str:
    """Who comes knows it as their own, others do not: three letters of the last name, four digits of the card."""
    letters = (user.last_name or user.username)[:LETTERS_ON_SLIP].upper()
    return f"{letters} {card_number(user.pk)[-DIGITS_ON_SLIP:]}"
