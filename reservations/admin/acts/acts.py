"""The acts by name. In which state each is possible is in the table of transitions (transitions.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from reservations import services
from reservations.admin.acts import foreseen
from reservations.admin.acts.forms import ActForm, DaysForm, ExtendForm, NoteForm, PauseForm, ReasonForm
from reservations.models import Reservation
from reservations.standing import ReservationError
from reservations.transitions import Action, Actor, actions_for


class NotPossibleNow(ReservationError):
    def __init__(self, reservation: Reservation) -> None:
        super().__init__(_("This is not possible now: it is “%s”.") % reservation.get_status_display())


@dataclass(frozen=True)
class Deed:
    """One action of the table: `foresee` says what would happen, `do` gets the id, the time and what was filled in."""

    foresee: Callable[[Reservation, datetime], str]
    do: Callable[[int, datetime, dict[str, Any]], object]


DEEDS = {
    Action.CANCEL: Deed(
        foreseen.cancelling,
        lambda pk, now, given: services.cancel(reservation_id=pk, now=now, reason=given["reason"]),
    ),
    Action.RETURN: Deed(
        foreseen.returning,
        lambda pk, now, given: services.return_copy(reservation_id=pk, now=now, reason=given["reason"]),
    ),
    Action.LOSE: Deed(
        foreseen.losing,
        lambda pk, now, given: services.lose_copy(reservation_id=pk, now=now, reason=given["reason"]),
    ),
    Action.FIND: Deed(
        foreseen.finding,
        lambda pk, now, given: services.find_copy(reservation_id=pk, now=now, reason=given["reason"]),
    ),
    Action.CHECK_OUT: Deed(
        foreseen.checking_out,
        lambda pk, now, given: services.check_out(reservation_id=pk, now=now),
    ),
    Action.EXTEND: Deed(
        foreseen.extending,
        lambda pk, now, given: services.extend(reservation_id=pk, until=given["until"], now=now),
    ),
    Action.CHANGE_DAYS: Deed(
        foreseen.changing_days,
        lambda pk, now, given: services.change_days(reservation_id=pk, days=given["days"], now=now),
    ),
    Action.PAUSE: Deed(
        foreseen.pausing,
        lambda pk, now, given: services.pause(reservation_id=pk, until=given["until"], now=now),
    ),
    Action.DEFER: Deed(
        foreseen.deferring,
        lambda pk, now, given: services.defer(reservation_id=pk, now=now),
    ),
}


@dataclass(frozen=True)
class Act:
    """A button: it does the first of its actions that the state allows."""

    slug: str
    label: Any
    actions: tuple[Action, ...]
    form: type[ActForm] = ActForm

    def action_for(self, reservation: Reservation) -> Action | None:
        open_now = actions_for(reservation, Actor.LIBRARIAN)
        return next((action for action in self.actions if action in open_now), None)

    def foresee(self, reservation: Reservation, now: datetime) -> str:
        """Raises NotPossibleNow, and a refusal that is certain."""
        return self._deed(reservation).foresee(reservation, now)

    def do(self, reservation: Reservation, now: datetime, given: dict[str, Any]) -> None:
        """Raises NotPossibleNow, and what the use case refuses."""
        self._deed(reservation).do(reservation.pk, now, given)

    def _deed(self, reservation: Reservation) -> Deed:
        action = self.action_for(reservation)
        if action is None:
            raise NotPossibleNow(reservation)
        return DEEDS[action]


ACTS = {
    act.slug: act
    for act in (
        Act("check-out", _("Check out"), (Action.CHECK_OUT,)),
        Act("extend", _("Extend"), (Action.EXTEND,), ExtendForm),
        Act("days", _("Change the days"), (Action.CHANGE_DAYS,), DaysForm),
        Act("pause", _("Pause, or go on"), (Action.PAUSE,), PauseForm),
        Act("defer", _("Let the next reader go first"), (Action.DEFER,)),
        Act("cancel", _("Cancel"), (Action.CANCEL,), ReasonForm),
        Act("return", _("Return without the scan"), (Action.RETURN,), ReasonForm),
        Act("lost", _("Lost copy"), (Action.LOSE,), ReasonForm),
        Act("found", _("Found again"), (Action.FIND,), NoteForm),
        Act("end", _("End: cancel or return"), (Action.CANCEL, Action.RETURN), ReasonForm),
    )
}
# `end` is for many of all kinds; one reservation has a button that says which.
BUTTONS = [act for act in ACTS.values() if act.slug != "end"]
