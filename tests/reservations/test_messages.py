"""What patrons are told is still true when it is sent (rules.md, "Notifications")."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver, deliver_pending
from library_portal.outbox.models import Delivery, OutboxEvent
from reservations import services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron
from tests.factories.requests import serving

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


def told_of_changes(user: User) -> list[tuple[str, str]]:
    deliver_pending()
    changes = Notification.objects.filter(user=user, kind="reservation_changed").order_by("pk")
    return list(changes.values_list("title", "body"))


def lent(user: User, book: Any, now: Any) -> Reservation:
    held = reserve(user, book, now)
    return services.check_out(reservation_id=held.pk, now=now)


def test_who_cancels_knows_and_who_is_cancelled_hears_why(now) -> None:
    reader, book = patron(), book_with_copies(2, title="Emma")
    own, taken = reserve(reader, book, now), reserve(patron(), book, now)
    with serving(reader):
        services.cancel(reservation_id=own.pk, now=now)
    with serving(librarian()):
        services.cancel(reservation_id=taken.pk, now=now, reason="Water has damaged the copy.")

    assert told_of_changes(reader) == []
    assert told_of_changes(taken.user) == [
        (
            "The library has cancelled your reservation of “Emma”",
            "The reason: Water has damaged the copy.\n\n"
            "$0.70 went back to your wallet.\n\n"
            "Please ask at the desk if this surprises you.",
        )
    ]


def test_the_reason_of_a_librarian_is_in_no_event(now) -> None:
    taken = reserve(patron(), book_with_copies(1), now)
    with serving(librarian()):
        services.cancel(reservation_id=taken.pk, now=now, reason="Water has damaged the copy.")

    assert not OutboxEvent.objects.filter(payload__icontains="damaged").exists()


def test_who_extends_knows_and_whose_loan_is_extended_hears_of_it(now) -> None:
    reader = patron(plan="PREMIUM")
    own, others = (lent(reader, book_with_copies(1, title=title), now) for title in ("Persuasion", "Emma"))
    with serving(reader):
        services.extend(reservation_id=own.pk, now=now)
    with serving(librarian()):
        services.extend(reservation_id=others.pk, now=now)

    assert told_of_changes(reader) == [
        (
            "The library has extended your loan of “Emma”",
            "It is due back on Monday 16 November now. $0.56 was charged for the further days.",
        )
    ]


def test_who_lets_others_go_first_knows_and_whom_the_desk_puts_back_hears_of_it(now) -> None:
    for served, told in ((None, []), (librarian(), ["The library has let the next reader have “Emma” first"])):
        reader, book = patron(), book_with_copies(1, title="Emma")
        held = reserve(reader, book, now)
        reserve(patron(), book, now)
        with serving(served or reader):
            services.defer(reservation_id=held.pk, now=now)
        assert [title for title, _body in told_of_changes(reader)] == told


def test_a_lost_copy_is_told_with_what_it_costs_and_found_with_what_goes_back(now) -> None:
    reader = patron(balance="5.70")
    loan = lent(reader, book_with_copies(1, title="Emma", price="12.00"), now)
    services.lose_copy(reservation_id=loan.pk, now=now + timedelta(days=10))
    lost = told_of_changes(reader)
    services.find_copy(reservation_id=loan.pk, now=now + timedelta(days=11))

    assert lost == [
        (
            "“Emma” was reported lost",
            "Charged: $11.40 for the copy and a late fee of $0.60. "
            "$7.00 of it is still owed; your next top-up pays it. "
            "Should it turn up, bring it to the desk: the charge for the copy goes back to you.",
        )
    ]
    assert told_of_changes(reader)[1:] == [
        (
            "“Emma” was found",
            "The charge for the copy is taken back: $4.40 went to your wallet. A late fee stays.",
        )
    ]


@pytest.mark.parametrize("were_told", [True, False], ids=["who were told", "who were told nothing"])
def test_of_an_undone_return_hear_those_who_were_told_the_contrary(now, mailoutbox, were_told: bool) -> None:
    book, reader, next_reader = book_with_copies(1, title="Emma"), patron(), patron()
    loan = lent(reader, book, now)
    reserve(next_reader, book, now)
    back = services.return_copy(reservation_id=loan.pk, now=now).reservation
    if were_told:
        deliver_pending()
    services.undo_return(reservation_id=loan.pk, step=back.step, done_at=now, now=now)

    told = [title for user in (reader, next_reader) for title, _body in told_of_changes(user)]
    both = ["“Emma” is still on loan to you", "We are sorry: “Emma” is not ready yet"]
    assert told == (both if were_told else [])
    assert sorted(mail.subject for mail in mailoutbox if mail.subject in both) == sorted(told)


def test_passed_over_is_told_once_for_each_reason_however_often_it_happens(now) -> None:
    book, poor = book_with_copies(1), patron(balance="0.00")
    holder = reserve(patron(), book, now)
    place = reserve(poor, book, now)
    for _time in range(3):
        services.cancel(reservation_id=holder.pk, now=now)
        services.allocate(book_id=book.pk, now=now)
        holder = reserve(patron(), book, now)  # comes last, and gets the copy that the first can't have
    deliver_pending()

    passed_over = Notification.objects.filter(user=poor, kind="passed_over")
    assert [message.body for message in passed_over] == [
        "A copy was free, but your wallet does not cover the price. You keep your place in the queue."
    ]
    Reservation.objects.filter(pk=place.pk).update(told_reasons=[])
    services.cancel(reservation_id=holder.pk, now=now)
    deliver_pending()
    assert passed_over.all().count() == 2  # the control: what is not remembered is told again


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_moment_pass_over_once(now) -> None:
    book, poor = book_with_copies(1), patron(balance="0.00")
    holder = reserve(patron(), book, now)
    reserve(poor, book, now)
    services.cancel(reservation_id=holder.pk, now=now)
    Reservation.objects.filter(user=poor).update(told_reasons=[])
    OutboxEvent.objects.filter(name="reservation.passed_over").delete()
    in_threads(4, lambda: services.allocate(book_id=book.pk, now=now))

    assert OutboxEvent.objects.filter(name="reservation.passed_over").count() == 1


def in_threads(count: int, work: Callable[[], object]) -> None:
    together = Barrier(count)

    def run() -> None:
        together.wait()
        try:
            work()
        finally:
            connection.close()

    threads = [Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_who_is_closed_is_told_nothing(now, mailoutbox) -> None:
    closed = patron()
    reserve(closed, book_with_copies(1), now)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    assert mailed_to(closed, mailoutbox) == []
    assert not Notification.objects.filter(user=closed).exists()
