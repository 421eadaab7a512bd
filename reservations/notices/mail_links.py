"""Links in mails that act without a login: signed for one reservation, one action, and the state it is in now."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from library_portal.notifications.models import Kind
from library_portal.notifications.truth import Link
from reservations.models import Reservation, Status
from reservations.services.queue import waiting
from reservations.transitions import Action, Actor, actions_for

SALT = "reservations.from_mail"
# What a mail of this kind offers; the table of transitions says what of it is possible.
OFFERED = {
    Kind.RESERVATION_CONFIRMED: (Action.CANCEL,),
    Kind.PASSED_OVER: (Action.CANCEL,),
    Kind.COPY_READY: (Action.DEFER, Action.CANCEL),
}


class LinkNotGood(Exception):
    """Not signed here, damaged, or older than `MAIL_LINK_DAYS`."""


class Wish(NamedTuple):
    """What a link asks for: the action, while the reservation is at this step."""

    reservation_id: int
    step: int
    action: Action


def links_for(reservation: Reservation, kind: str) -> Sequence[Link]:
    possible = actions_for(reservation, Actor.PATRON)
    return [
        Link(label_of(reservation, action), _address(Wish(reservation.pk, reservation.step, action)))
        for action in OFFERED.get(Kind(kind), ())
        if action in possible and (action != Action.DEFER or _somebody_waits(reservation))
    ]


def label_of(reservation: Reservation, action: Action) -> str:
    if action == Action.DEFER:
        return _("Let the next reader go first")
    return _("I no longer want it") if reservation.status == Status.READY else _("Leave the queue")


def wish_in(token: str) -> Wish:
    """Raises LinkNotGood."""
    try:
        reservation_id, step, action = signing.loads(token, salt=SALT, max_age=timedelta(days=settings.MAIL_LINK_DAYS))
    except signing.BadSignature as error:
        raise LinkNotGood from error
    return Wish(reservation_id, step, Action(action))


def _address(wish: Wish) -> str:
    """In the query: access logs have paths without it (docs/operations.md)."""
    return f"{reverse('from-mail')}?{urlencode({'link': signing.dumps(wish, salt=SALT)})}"


def _somebody_waits(reservation: Reservation) -> bool:
    return waiting(book_id=reservation.remembered_book_id).exists()
