"""Every change of a reservation goes by the table of transitions; what staff do to other people's is written down."""

from typing import Any

import library_portal.audit
from library_portal.audit.models import Action as Audited
from library_portal.origin import current_origin
from reservations.models import Reservation
from reservations.standing import ReservationError
from reservations.transitions import Action, Actor, transition


def take_step(
    reservation: Reservation, action: Action, *, refusal: type[ReservationError], reason: str = "", **details: Any
) -> None:
    """Put the locked reservation into the state that follows; the caller saves it. Raises `refusal`.

    `details` are JSON values for the audit log.
    """
    row = transition(reservation.status, action)
    if row is None:
        raise refusal
    reservation.status = row.after
    reservation.step += 1
    if Actor.LIBRARIAN in row.who and action != Action.HOLD:
        write_down(reservation, action.value, reason, **details)


def key_of(reservation: Reservation, what: str) -> str:
    """The ledger's key for what this step moves: once per step, however often it is tried."""
    return f"{reservation.subject}:{reservation.step}:{what}"


def is_by_staff(reservation: Reservation) -> bool:
    """Whether somebody else than the patron asks for it; workers and commands are nobody."""
    return current_origin().actor_id not in (None, reservation.user_id)


def write_down(reservation: Reservation, what: str, reason: str = "", **details: Any) -> None:
    """What staff do to others, and what a reason was given for: nobody sets a rule aside unseen, for oneself either."""
    if not (reason or is_by_staff(reservation)):
        return
    library_portal.audit.record(
        Audited.RESERVATION_CHANGED,
        whom_id=reservation.user_id,
        reservation=reservation.pk,
        what=what,
        **(details | {"reason": reason} if reason else details),
    )
