"""Putting a message about a reservation into the inbox, and what it says once it is sent."""

from django.db.models import QuerySet

from library_portal.notifications import notify
from library_portal.notifications.models import Notification
from library_portal.notifications.truth import Words, as_told, words_anew
from library_portal.outbox.registry import Delivered
from reservations.models import Reservation
from reservations.notices.mail_links import links_for
from reservations.notices.messages import MESSAGES, Message

SUBJECT = "reservation:"
BY_EVENT = {event.name: message for event, message in MESSAGES.items()}


def tell(delivered: Delivered) -> None:
    """The reservation is locked, so that it is not forgotten just before this is written (services/history.py)."""
    message = BY_EVENT[delivered.name]
    found = _true_of(message, delivered.payload["reservation_id"]).filter(user__is_active=True)
    reservation = found.select_related("book").select_for_update(of=("self",)).first()
    if reservation is None or (written := message.writer(reservation, delivered.payload)) is None:
        return
    title, body = written
    notify(
        user_id=reservation.user_id,
        kind=message.kind,
        key=f"{delivered.name}:{delivered.event_id}",
        title=title % {"title": reservation.book.title},
        body=body,
        url="/me/",
        subject=reservation.subject,
    )


@words_anew(*{message.kind for message in MESSAGES.values()})
def words_with_ways_out(told: Notification) -> Words | None:
    """As told, with signed links for what can be done now; None once the reservation is in another state."""
    event_name, reservation_id = told.key.partition(":")[0], int(told.subject.removeprefix(SUBJECT))
    reservation = _true_of(BY_EVENT[event_name], reservation_id).first()
    if reservation is None:
        return None
    words = as_told(told)
    return Words(words.title, words.body, links_for(reservation, told.kind))


def _true_of(message: Message, reservation_id: int) -> QuerySet[Reservation]:
    """The reservation if it is in a state of which the message is true, and its book not forgotten."""
    return Reservation.objects.filter(pk=reservation_id, status__in=message.true_while, book__isnull=False)
