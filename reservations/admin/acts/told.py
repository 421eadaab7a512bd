"""What an act has done: where the reservation stands now, and the money that moved for it."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

import subscriptions.queries
from library_portal.interface import dollars
from reservations.models import Reservation, Status
from reservations.services.lost import lost_subject


class Money(NamedTuple):
    """Dollars that a patron has paid for a reservation by now, less what came back, and what is still owed."""

    paid: Decimal
    owed: Decimal


def subjects(reservation: Reservation) -> list[str]:
    """What the ledger calls it, and its copy when that was lost."""
    return [reservation.subject, lost_subject(reservation)]


def money_for(reservation: Reservation) -> Money:
    nothing, about = Decimal("0.00"), subjects(reservation)
    moved = subscriptions.queries.entries_about(references=about).order_by().aggregate(sum=Sum("amount"))["sum"]
    owed = subscriptions.queries.debts_about(references=about).order_by().aggregate(sum=Sum("outstanding"))["sum"]
    return Money(-(moved or nothing), owed or nothing)


def what_happened(after: Reservation, *, before: Money) -> str:
    paid, owed = money_for(after)
    sentences = [_state(after), _moved(paid - before.paid), _owing(owed - before.owed)]
    return " ".join(filter(None, sentences))


def _state(one: Reservation) -> str:
    if one.lost_on:
        return _("Ended, the copy is lost.")
    if one.status == Status.ACTIVE:
        return _("On loan until %(day)s.") % {"day": date_format(one.due_on, "D j M Y")}
    if one.status == Status.PENDING and one.paused_until:
        return _("Paused until %(day)s.") % {"day": date_format(one.paused_until, "D j M Y")}
    return f"{one.get_status_display().capitalize()}."


def _moved(charged: Decimal) -> str:
    if not charged:
        return ""
    moved = _("%(amount)s was charged.") if charged > 0 else _("%(amount)s went back.")
    return moved % {"amount": dollars(abs(charged))}


def _owing(more: Decimal) -> str:
    if not more:
        return ""
    owing = _("%(amount)s is owed.") if more > 0 else _("%(amount)s is no longer owed.")
    return owing % {"amount": dollars(abs(more))}
