"""What the desk says: a few large words that can be read from a metre, then the details, then what can be done next."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from library_portal.interface import dollars
from reservations.desk.readers import name_on_slip
from reservations.models import Reservation
from reservations.services.desk import Came, Outcome, Scanned


class Tone(StrEnum):
    """Each has its colour, its icon and its sound."""

    SUCCESS = "success"
    ATTENTION = "attention"
    ERROR = "error"


@dataclass(frozen=True)
class Answer:
    """`scan` is what was scanned, to try again: `overridable` codes set aside with a `reason` (which may have been
    given for another rule already), checked in, or for fewer days. `slip_id` is the reservation whose slip can be
    printed, `choices` are people to choose from.
    """

    tone: Tone
    headline: str
    lines: Collection[str] = ()
    copy: Any = None
    scan: str = ""
    undo_token: str = ""
    slip_id: int | None = None
    overridable: Collection[str] = ()
    reason: str = ""
    check_in: bool = False
    fewer_days: bool = False
    choices: Collection[Any] = ()
    is_dry_run: bool = False


CAME_WORDS = {
    Came.BY_HOLD: gettext_lazy("It was held for the reader."),
    Came.BY_QUEUE: gettext_lazy("The reader was waiting for it."),
    Came.BY_WALKING_IN: gettext_lazy("Lent without a reservation."),
}
TO_THE_SHELF = {
    Outcome.RETURNED: gettext_lazy("Checked in: back to the shelf"),
    Outcome.OFF_HOLD_SHELF: gettext_lazy("Off the hold shelf: back to the shelf"),
    Outcome.FOUND: gettext_lazy("Found again: back to the shelf"),
    Outcome.NOTHING_TO_DO: gettext_lazy("Nothing to do: belongs on the shelf"),
}


def of_lending(scanned: Scanned) -> Answer:
    loan = scanned.reservation
    due = _("Due back %(day)s") % {"day": date_format(loan.due_on, "l j F")}
    if scanned.outcome == Outcome.LENT:
        return Answer(Tone.SUCCESS, due, [_loan_facts(loan), str(CAME_WORDS[scanned.came])], scanned.copy)
    if loan.copy_id == scanned.copy.pk:
        return Answer(Tone.ATTENTION, _("The reader has this copy already"), [due], scanned.copy, check_in=True)
    return Answer(Tone.ATTENTION, _("The reader has another copy of this book"), [due], scanned.copy)


def _loan_facts(loan: Reservation) -> str:
    days = ngettext("%(days)d day", "%(days)d days", loan.days) % {"days": loan.days}
    return _("Lent for %(days)s, %(price)s paid.") % {"days": days, "price": dollars(loan.paid)}


def of_taking_in(scanned: Scanned) -> Answer:
    hold = scanned.reservation if scanned.outcome == Outcome.ON_HOLD_SHELF else scanned.next_hold
    lines = _money(scanned)
    if hold is not None:
        return _for_the_hold_shelf(scanned, hold, lines)
    if scanned.goes_on:
        lines.append(
            _("Very many wait for it, and the next reader is still looked for: it may be among those to pull soon.")
        )
    headline = str(TO_THE_SHELF[scanned.outcome])
    if not scanned.late_fee:
        return Answer(Tone.SUCCESS, headline, [*_came_from(scanned), *lines], scanned.copy)
    return Answer(Tone.ATTENTION, lines[0], [headline, *_came_from(scanned), *lines[1:]], scanned.copy)


def _for_the_hold_shelf(scanned: Scanned, hold: Reservation, lines: list[str]) -> Answer:
    """An alert where somebody was waiting; a copy that was pulled for its reader is only confirmed."""
    tone = Tone.ATTENTION if scanned.next_hold else Tone.SUCCESS
    until = _("Held until %(until)s.") % {"until": date_format(timezone.localtime(hold.hold_until), "l j F, H:i")}
    headline = _("Hold shelf: %(name)s") % {"name": name_on_slip(hold.user)}
    return Answer(tone, headline, [*lines, *_came_from(scanned), until], scanned.copy, slip_id=hold.pk)


def _came_from(scanned: Scanned) -> list[str]:
    if scanned.outcome not in (Outcome.RETURNED, Outcome.FOUND) or scanned.reservation is None:
        return []
    return [_("It was lent to %(reader)s.") % {"reader": scanned.reservation.user.get_full_name()}]


def _money(scanned: Scanned) -> list[str]:
    """The late fee first: it may be the headline."""
    sentences = [
        (scanned.late_fee, _("Late fee %(amount)s")),
        (scanned.late_fee and not scanned.owed, _("The reader's wallet paid it.")),
        (scanned.owed, _("%(amount)s of it is still owed: the wallet did not cover it.")),
        (scanned.refunded, _("%(amount)s went back to the reader's wallet.")),
    ]
    return [words % {"amount": dollars(amount)} for amount, words in sentences if amount]
