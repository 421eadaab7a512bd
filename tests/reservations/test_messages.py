"""What patrons are told is still true when it is sent (rules.md, "Notifications")."""

from datetime import timedelta
from typing import Any

import pytest

from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver, deliver_pending
from library_portal.outbox.models import Delivery
from reservations import services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def reserve(user, book, now) -> Reservation:
    return services.reserve(user_id=user.pk, book_id=book.pk, days=7, join_queue=True, now=now)


def put_into_the_inbox(event_name: str) -> None:
    """The message alone; its mail is left for later."""
    telling = Delivery.objects.filter(handler="reservations.handlers.tell_patron", status="waiting")
    for delivery in telling.filter(event__name=event_name):
        deliver(delivery_id=delivery.pk, attempts=0)


def mailed_to(user, mailoutbox: list[Any]) -> list[str]:
    deliver_pending()
    return [mail.subject for mail in mailoutbox if mail.to == [user.email]]


def test_what_is_still_true_is_mailed(now, mailoutbox) -> None:
    book = book_with_copies(1, title="Emma")
    holder, waiting = patron(), patron()
    reserve(holder, book, now)
    reserve(waiting, book, now)
    put_into_the_inbox("reservation.ready")
    put_into_the_inbox("reservation.created")
    assert mailed_to(holder, mailoutbox) == ["“Emma” is ready for you"]
    assert mailed_to(waiting, mailoutbox) == ["You are in the queue for “Emma”"]


@pytest.mark.parametrize("gone", ["before its message", "before its mail"])
def test_nobody_hears_of_a_copy_that_is_gone(now, mailoutbox, gone: str) -> None:
    reader = patron()
    held = reserve(reader, book_with_copies(1), now)
    if gone == "before its mail":
        put_into_the_inbox("reservation.ready")
        assert Notification.objects.filter(user=reader, kind="copy_ready").count() == 1
    services.cancel(reservation_id=held.pk, now=now)
    assert mailed_to(reader, mailoutbox) == []


def test_who_has_the_copy_already_is_not_told_of_the_queue(now, mailoutbox) -> None:
    book, reader = book_with_copies(1, title="Emma"), patron()
    holder = reserve(patron(), book, now)
    reserve(reader, book, now)
    put_into_the_inbox("reservation.created")
    services.cancel(reservation_id=holder.pk, now=now)
    assert mailed_to(reader, mailoutbox) == ["“Emma” is ready for you"]


def test_who_left_the_queue_is_not_told_of_being_passed_over(now, mailoutbox) -> None:
    book, poor = book_with_copies(1, title="Emma"), patron(balance="0")
    holder = reserve(patron(), book, now)
    place = reserve(poor, book, now)
    services.cancel(reservation_id=holder.pk, now=now)
    put_into_the_inbox("reservation.created")
    put_into_the_inbox("reservation.passed_over")
    assert Notification.objects.filter(user=poor, kind="passed_over").count() == 1
    services.cancel(reservation_id=place.pk, now=now)
    assert mailed_to(poor, mailoutbox) == []


def test_a_return_and_an_ended_hold_stay_true(now, mailoutbox) -> None:
    book, reader, late = book_with_copies(1, title="Emma"), patron(), patron()
    lent = reserve(reader, book, now)
    services.check_out(reservation_id=lent.pk, now=now)
    services.return_copy(reservation_id=lent.pk, now=now)
    unclaimed = reserve(late, book, now)
    services.expire_hold(reservation_id=unclaimed.pk, now=now + timedelta(days=30))
    assert mailed_to(reader, mailoutbox) == ["“Emma” is back, thank you"]
    assert mailed_to(late, mailoutbox) == ["Your hold on “Emma” has ended"]
