"""The life of a reservation as one table: which action is possible in which state, what state follows, and who may.

The services refuse by it, API, pages and admin offer by it, and `docs/reservations.md` draws it
(`manage.py draw_transitions`).
"""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from reservations.models import Reservation, Status


class Action(TextChoices):
    HOLD = "hold", _("hold a copy")
    CHANGE_DAYS = "change_days", _("change the days")
    PAUSE = "pause", _("pause the place, or go on")
    MOVE = "move", _("move in the queue")
    CANCEL = "cancel", _("cancel")
    DEFER = "defer", _("let the next reader go first")
    PUT_BACK = "put_back", _("take the hold back")
    EXPIRE = "expire", _("end a hold that has run out")
    CHECK_OUT = "check_out", _("check out")
    UNDO_CHECK_OUT = "undo_check_out", _("undo the check-out")
    EXTEND = "extend", _("extend")
    RETURN = "return", _("return")
    UNDO_RETURN = "undo_return", _("undo the return")
    LOSE = "lose", _("report the copy lost")
    FIND = "find", _("the lost copy is found")


class Actor(StrEnum):
    PATRON = "patron"
    LIBRARIAN = "librarian"
    PORTAL = "portal"


@dataclass(frozen=True)
class Transition:
    """In the state `before`, `action` leads to `after`; `who` may ask for it."""

    before: Status
    action: Action
    after: Status
    who: frozenset[Actor]


def _row(before: Status, action: Action, after: Status, *who: Actor) -> Transition:
    return Transition(before, action, after, frozenset(who))


PATRON, LIBRARIAN, PORTAL = Actor

TRANSITIONS = (
    _row(Status.PENDING, Action.HOLD, Status.READY, PORTAL, LIBRARIAN),
    _row(Status.PENDING, Action.CHANGE_DAYS, Status.PENDING, PATRON, LIBRARIAN),
    _row(Status.PENDING, Action.PAUSE, Status.PENDING, PATRON, LIBRARIAN),
    _row(Status.PENDING, Action.MOVE, Status.PENDING, LIBRARIAN),
    _row(Status.PENDING, Action.CANCEL, Status.CANCELLED, PATRON, LIBRARIAN),
    _row(Status.READY, Action.CHANGE_DAYS, Status.READY, PATRON, LIBRARIAN),
    _row(Status.READY, Action.CHECK_OUT, Status.ACTIVE, PATRON, LIBRARIAN),
    _row(Status.READY, Action.DEFER, Status.PENDING, PATRON, LIBRARIAN),
    _row(Status.READY, Action.PUT_BACK, Status.PENDING, PORTAL),
    _row(Status.READY, Action.CANCEL, Status.CANCELLED, PATRON, LIBRARIAN),
    _row(Status.READY, Action.EXPIRE, Status.EXPIRED, PORTAL),
    _row(Status.ACTIVE, Action.UNDO_CHECK_OUT, Status.READY, LIBRARIAN),
    _row(Status.ACTIVE, Action.EXTEND, Status.ACTIVE, PATRON, LIBRARIAN),
    _row(Status.ACTIVE, Action.RETURN, Status.COMPLETED, PATRON, LIBRARIAN),
    _row(Status.ACTIVE, Action.LOSE, Status.COMPLETED, LIBRARIAN),
    _row(Status.COMPLETED, Action.UNDO_RETURN, Status.ACTIVE, LIBRARIAN),
    _row(Status.COMPLETED, Action.FIND, Status.COMPLETED, LIBRARIAN),
)

_BY_STATE = {(row.before, row.action): row for row in TRANSITIONS}


def transition(status: str, action: Action) -> Transition | None:
    """None where the action is not possible in this state."""
    return _BY_STATE.get((Status(status), action))


def actions_for(reservation: Reservation, actor: Actor) -> frozenset[Action]:
    """What this actor can ask for now; rules may still refuse it (a limit, funds, somebody waiting)."""
    possible = (row for row in TRANSITIONS if row.before == reservation.status and actor in row.who)
    return frozenset(row.action for row in possible if _is_open_to(reservation, row.action, actor))


def _is_open_to(reservation: Reservation, action: Action, actor: Actor) -> bool:
    """Of what has ended, only a lost copy can be found; without self-service only the desk lends and takes back.

    Nobody lets others go first for ever.
    """
    if action in (Action.CHECK_OUT, Action.RETURN) and actor == Actor.PATRON:
        return settings.SELF_SERVICE
    if action == Action.DEFER:
        return reservation.deferrals < settings.MAX_DEFERRALS
    return action != Action.FIND or reservation.lost_on is not None
