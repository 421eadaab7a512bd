"""What patrons are told of their reservations: one message per event, and in which state it is true."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import library_portal.audit.queries
from library_portal.audit.models import Action as Audited
from library_portal.notifications.models import Kind
from library_portal.notifications.queries import was_told
from reservations import events
from reservations.models import Reservation, Status
from reservations.transitions import Action

PASSED_OVER_WORDS = {
    "limit": gettext_lazy("your plan's limit is reached"),
    "funds": gettext_lazy("your wallet does not cover the price"),
    "blocked": gettext_lazy("an overdue book or an open debt blocks new holds"),
}
Payload = dict[str, Any]
# Title, which may name the `%(title)s` of the book, and body; None for what this patron need not be told.
Writer = Callable[[Reservation, Payload], tuple[str, str] | None]


@dataclass(frozen=True)
class Message:
    """`true_while` are the states of the reservation in which it may be said."""

    kind: Kind
    true_while: tuple[Status, ...]
    writer: Writer


def _place_in_queue(_reservation: Reservation, _payload: Payload) -> tuple[str, str]:
    return (
        _("You are in the queue for “%(title)s”"),
        _("We tell you as soon as a copy is held for you. Nothing is charged before that."),
    )


def _copy_ready(reservation: Reservation, _payload: Payload) -> tuple[str, str]:
    deadline = date_format(timezone.localtime(reservation.hold_until), "D j M, H:i")
    said = _("A copy is held for you until %(deadline)s. $%(price)s was charged for %(days)s days.")
    return (
        _("“%(title)s” is ready for you"),
        said % {"deadline": deadline, "price": reservation.price, "days": reservation.days},
    )


def _passed_over(_reservation: Reservation, payload: Payload) -> tuple[str, str]:
    said = _("A copy was free, but %(reason)s. You keep your place in the queue.")
    return _("You were passed over for “%(title)s”"), said % {"reason": PASSED_OVER_WORDS[payload["reason"]]}


def _hold_expired(reservation: Reservation, _payload: Payload) -> tuple[str, str]:
    said = _("It was not checked out in time. $%(refunded)s went back to your wallet.")
    return _("Your hold on “%(title)s” has ended"), said % {"refunded": reservation.refunded}


def _returned(reservation: Reservation, _payload: Payload) -> tuple[str, str]:
    said = _("Paid: $%(paid)s. Refunded: $%(refunded)s. Late fee: $%(late_fee)s.")
    amounts = {"paid": reservation.paid, "refunded": reservation.refunded, "late_fee": reservation.late_fee}
    return _("“%(title)s” is back, thank you"), said % amounts


def _cancelled(reservation: Reservation, payload: Payload) -> tuple[str, str] | None:
    """Who did it themselves knows."""
    if not payload["by_staff"]:
        return None
    sentences = []
    if reason := _reason(reservation, Action.CANCEL):
        sentences.append(_("The reason: %(reason)s") % {"reason": reason})
    if reservation.refunded:
        sentences.append(_("$%(refunded)s went back to your wallet.") % {"refunded": reservation.refunded})
    sentences.append(_("Please ask at the desk if this surprises you."))
    return _("The library has cancelled your reservation of “%(title)s”"), "\n\n".join(sentences)


def _deferred(_reservation: Reservation, payload: Payload) -> tuple[str, str] | None:
    if not payload["by_staff"]:
        return None
    said = _("You stand right behind in the queue. What was charged for it went back to your wallet.")
    return _("The library has let the next reader have “%(title)s” first"), said


def _extended(_reservation: Reservation, payload: Payload) -> tuple[str, str] | None:
    if not payload["by_staff"]:
        return None
    said = _("It is due back on %(day)s now. $%(charged)s was charged for the further days.")
    day = date_format(date.fromisoformat(payload["due_on"]), "l j F")
    return _("The library has extended your loan of “%(title)s”"), said % {"day": day, "charged": payload["charged"]}


def _dates_changed(reservation: Reservation, payload: Payload) -> tuple[str, str] | None:
    """By the library's calendar; other changes are the patron's own."""
    if payload["what"] != "dates":
        return None
    if reservation.status == Status.ACTIVE:
        said = _("The library is closed on the day before that. It is due on %(day)s now, at no charge.")
        return _("More time for “%(title)s”"), said % {"day": date_format(reservation.due_on, "l j F")}
    until = date_format(timezone.localtime(reservation.hold_until), "D j M, H:i")
    said = _("The library is closed in between. The copy is held for you until %(until)s now.")
    return _("More time for “%(title)s”"), said % {"until": until}


def _copy_lost(_reservation: Reservation, payload: Payload) -> tuple[str, str]:
    said = _("Charged: $%(lost_fee)s for the copy and a late fee of $%(late_fee)s.")
    sentences = [said % {"lost_fee": payload["lost_fee"], "late_fee": payload["late_fee"]}]
    if payload["owed"] != "0.00":
        sentences.append(_("$%(owed)s of it is still owed; your next top-up pays it.") % {"owed": payload["owed"]})
    sentences.append(_("Should it turn up, bring it to the desk: the charge for the copy goes back to you."))
    return _("“%(title)s” was reported lost"), " ".join(sentences)


def _copy_found(_reservation: Reservation, payload: Payload) -> tuple[str, str]:
    said = _("The charge for the copy is taken back: $%(refunded)s went to your wallet. A late fee stays.")
    return _("“%(title)s” was found"), said % {"refunded": payload["refunded"]}


def _scan_undone(reservation: Reservation, payload: Payload) -> tuple[str, str] | None:
    """Only to who was told the contrary."""
    wrong = CONTRARY.get(payload["status"])
    if wrong is None or not was_told(user_id=reservation.user_id, kind=wrong, subject=reservation.subject):
        return None
    if payload["status"] == Status.ACTIVE:
        said = _("Its return was a mistake at the desk and is taken back, with its money. It is due on %(day)s.")
        return _("“%(title)s” is still on loan to you"), said % {"day": date_format(reservation.due_on, "l j F")}
    said = _(
        "It was scanned by mistake: the reader before you still has it. You wait at your place, and pay nothing yet."
    )
    return _("We are sorry: “%(title)s” is not ready yet"), said


def _reason(reservation: Reservation, action: Action) -> str:
    """What the librarian gave, from the audit log: free text goes into no event."""
    entry = library_portal.audit.queries.last_about(
        user_id=reservation.user_id,
        action=Audited.RESERVATION_CHANGED,
        details={"reservation": reservation.pk, "what": action.value},
    )
    return entry.details.get("reason", "") if entry else ""


# What is wrong once a scan is undone, by the state that is true again.
CONTRARY = {Status.ACTIVE.value: Kind.RETURNED, Status.PENDING.value: Kind.COPY_READY}
MESSAGES = {
    events.ReservationCreated: Message(Kind.RESERVATION_CONFIRMED, (Status.PENDING,), _place_in_queue),
    events.ReservationReady: Message(Kind.COPY_READY, (Status.READY,), _copy_ready),
    events.ReservationPassedOver: Message(Kind.PASSED_OVER, (Status.PENDING,), _passed_over),
    events.ReservationExpired: Message(Kind.HOLD_EXPIRED, (Status.EXPIRED,), _hold_expired),
    events.ReservationReturned: Message(Kind.RETURNED, (Status.COMPLETED,), _returned),
    events.ReservationCancelled: Message(Kind.RESERVATION_CHANGED, (Status.CANCELLED,), _cancelled),
    events.ReservationDeferred: Message(Kind.RESERVATION_CHANGED, (Status.PENDING,), _deferred),
    events.ReservationExtended: Message(Kind.RESERVATION_CHANGED, (Status.ACTIVE,), _extended),
    events.ReservationChanged: Message(Kind.RESERVATION_CHANGED, (Status.READY, Status.ACTIVE), _dates_changed),
    events.ReservationCopyLost: Message(Kind.RESERVATION_CHANGED, (Status.COMPLETED,), _copy_lost),
    events.ReservationCopyFound: Message(Kind.RESERVATION_CHANGED, (Status.COMPLETED,), _copy_found),
    events.ReservationScanUndone: Message(Kind.RESERVATION_CHANGED, (Status.PENDING, Status.ACTIVE), _scan_undone),
}
