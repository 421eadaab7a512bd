"""Reactions to events: a copy that became free or means that changed end in an allocation; people are told.

Everything here is safe to repeat and tolerates any order: the state is read again, never taken from the event.
"""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import books.events
import subscriptions.events
from library_portal.notifications import notify
from library_portal.notifications.languages import in_their_language
from library_portal.notifications.models import Kind
from library_portal.notifications.truth import checks
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered
from reservations import events
from reservations.models import Reservation, Status
from reservations.services import allocate, allocate_for_patron
from reservations.services.priority import follow_plan

SUBJECT = "reservation:"

# What each kind of message says of its reservation.
STATUS_TOLD = {
    Kind.RESERVATION_CONFIRMED: Status.PENDING,
    Kind.COPY_READY: Status.READY,
    Kind.PASSED_OVER: Status.PENDING,
    Kind.HOLD_EXPIRED: Status.EXPIRED,
    Kind.RETURNED: Status.COMPLETED,
}

PASSED_OVER_WORDS = {
    "limit": gettext_lazy("your plan's limit is reached"),
    "funds": gettext_lazy("your wallet does not cover the price"),
    "blocked": gettext_lazy("an overdue book or an open debt blocks new holds"),
}


@subscribe(books.events.BookAvailabilityChanged, books.events.BookUpdated, queue="circulation", atomic=False)
def allocate_free_copies(delivered: Delivered) -> None:
    allocate(book_id=delivered.payload["book_id"], now=timezone.now())


@subscribe(
    subscriptions.events.WalletCredited,
    events.ReservationReturned,
    events.ReservationCancelled,
    events.ReservationExpired,
    queue="circulation",
    atomic=False,
)
def try_again_for_patron(delivered: Delivered) -> None:
    allocate_for_patron(user_id=delivered.payload["user_id"], now=timezone.now())


@subscribe(subscriptions.events.SubscriptionChanged, queue="circulation", atomic=False)
def move_to_new_priority(delivered: Delivered) -> None:
    follow_plan(user_id=delivered.payload["user_id"], now=timezone.now())
    allocate_for_patron(user_id=delivered.payload["user_id"], now=timezone.now())


@subscribe(events.ReservationCreated, queue="notifications")
@in_their_language
def tell_place_in_queue(delivered: Delivered) -> None:
    reservation = _if_still_true(Kind.RESERVATION_CONFIRMED, delivered.payload["reservation_id"])
    if reservation:
        _tell(
            delivered,
            Kind.RESERVATION_CONFIRMED,
            reservation,
            title=_("You are in the queue for “%(title)s”"),
            body=_("We tell you as soon as a copy is held for you. Nothing is charged before that."),
        )


@subscribe(events.ReservationReady, queue="notifications")
@in_their_language
def tell_copy_ready(delivered: Delivered) -> None:
    reservation = _if_still_true(Kind.COPY_READY, delivered.payload["reservation_id"])
    if reservation and reservation.hold_until:
        deadline = date_format(timezone.localtime(reservation.hold_until), "D j M, H:i")
        _tell(
            delivered,
            Kind.COPY_READY,
            reservation,
            title=_("“%(title)s” is ready for you"),
            body=_("A copy is held for you until %(deadline)s. $%(price)s was charged for %(days)s days.")
            % {"deadline": deadline, "price": reservation.price, "days": reservation.days},
        )


@subscribe(events.ReservationPassedOver, queue="notifications")
@in_their_language
def tell_passed_over(delivered: Delivered) -> None:
    reservation = _if_still_true(Kind.PASSED_OVER, delivered.payload["reservation_id"])
    if reservation:
        _tell(
            delivered,
            Kind.PASSED_OVER,
            reservation,
            title=_("You were passed over for “%(title)s”"),
            body=_("A copy was free, but %(reason)s. You keep your place in the queue.")
            % {"reason": PASSED_OVER_WORDS[delivered.payload["reason"]]},
        )


@subscribe(events.ReservationExpired, queue="notifications")
@in_their_language
def tell_hold_expired(delivered: Delivered) -> None:
    reservation = _if_still_true(Kind.HOLD_EXPIRED, delivered.payload["reservation_id"])
    if reservation:
        _tell(
            delivered,
            Kind.HOLD_EXPIRED,
            reservation,
            title=_("Your hold on “%(title)s” has ended"),
            body=_("It was not checked out in time. $%(refunded)s went back to your wallet.")
            % {"refunded": reservation.refunded},
        )


@subscribe(events.ReservationReturned, queue="notifications")
@in_their_language
def send_return_receipt(delivered: Delivered) -> None:
    reservation = _if_still_true(Kind.RETURNED, delivered.payload["reservation_id"])
    if reservation:
        _tell(
            delivered,
            Kind.RETURNED,
            reservation,
            title=_("“%(title)s” is back, thank you"),
            body=_("Paid: $%(paid)s. Refunded: $%(refunded)s. Late fee: $%(late_fee)s.")
            % {"paid": reservation.paid, "refunded": reservation.refunded, "late_fee": reservation.late_fee},
        )


@checks(*STATUS_TOLD)
def is_still_true(kind: str, subject: str) -> bool:
    return _told_of(kind, int(subject.removeprefix(SUBJECT))).exists()


def _if_still_true(kind: str, reservation_id: int) -> Reservation | None:
    """Locked, so that it is not forgotten just before the message about it is written (services/history.py)."""
    return _told_of(kind, reservation_id).select_related("book").select_for_update(of=("self",)).first()


def _told_of(kind: str, reservation_id: int) -> QuerySet[Reservation]:
    """The reservation if it is still in the state that messages of this kind speak of, and its book not forgotten."""
    return Reservation.objects.filter(pk=reservation_id, status=STATUS_TOLD[Kind(kind)], book__isnull=False)


def _tell(delivered: Delivered, kind: Kind, reservation: Reservation, *, title: str, body: str) -> None:
    notify(
        user_id=reservation.user_id,
        kind=kind,
        key=f"{delivered.name}:{delivered.event_id}",
        title=title % {"title": reservation.book.title},
        body=body,
        url="/me/",
        subject=f"{SUBJECT}{reservation.pk}",
    )
