"""Letting the next reader go first: the offer goes on, the place right behind is kept, the money comes back."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reservations import services
from reservations.models import Reservation, Status
from reservations.services.queue import ORDER
from reservations.transitions import Action, Actor, actions_for
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(now):
    """A copy held for the first of four readers who waited for it."""
    book = book_with_copies(1)
    loan = lent(patron(), book, now)
    places = [reserved(patron(balance="5.00"), book, now + timedelta(minutes=number)) for number in range(4)]
    services.return_copy(reservation_id=loan.pk, now=now)
    return places


def queue() -> list[int]:
    return list(Reservation.objects.filter(status=Status.PENDING).order_by(*ORDER).values_list("pk", flat=True))


def test_the_next_reader_has_the_copy_and_the_place_behind_is_kept(offered, now) -> None:
    first, second, third, fourth = offered
    place = services.defer(reservation_id=first.pk, now=now)
    second.refresh_from_db()
    assert (place.status, place.copy_id, place.paid, second.status) == (
        Status.PENDING, None, Decimal(0), Status.READY,
    )  # fmt: skip
    assert queue() == [first.pk, third.pk, fourth.pk]
    assert wallet_of(user_id=first.user_id).balance == Decimal("5.00")


def test_the_place_is_right_behind_also_where_others_joined_in_the_same_instant(now) -> None:
    book = book_with_copies(1)
    first, second, third, fourth = (reserved(patron(), book, now) for _ in range(4))
    services.defer(reservation_id=first.pk, now=now)
    second.refresh_from_db()
    assert (second.status, queue()) == (Status.READY, [first.pk, third.pk, fourth.pk])


def test_the_next_offer_is_charged_again(offered, now) -> None:
    first, second, *_others = offered
    services.defer(reservation_id=first.pk, now=now)
    services.cancel(reservation_id=second.pk, now=now)
    first.refresh_from_db()
    assert (first.status, first.paid) == (Status.READY, Decimal("0.70"))
    assert wallet_of(user_id=first.user_id).balance == Decimal("4.30")
    services.cancel(reservation_id=first.pk, now=now)
    assert wallet_of(user_id=first.user_id).balance == Decimal("5.00")


def test_who_cannot_take_it_is_not_the_next(offered, now) -> None:
    first, second, third, fourth = offered
    services.pause(reservation_id=second.pk, until=now.date() + timedelta(days=9), now=now)
    services.defer(reservation_id=first.pk, now=now)
    third.refresh_from_db()
    assert third.status == Status.READY
    assert queue() == [second.pk, first.pk, fourth.pk]


def test_with_nobody_else_the_offer_stays(now) -> None:
    held = reserved(patron(), book_with_copies(1), now)
    with pytest.raises(services.NobodyElse):
        services.defer(reservation_id=held.pk, now=now)
    held.refresh_from_db()
    assert held.status == Status.READY


def test_who_waits_for_as_many_books_as_one_can_keeps_the_offer(offered, now, settings) -> None:
    settings.MAX_PENDING = 1
    first, busy = offered[0], book_with_copies(1)
    reserved(patron(), busy, now)
    reserved(first.user, busy, now)
    with pytest.raises(services.TooManyPending):
        services.defer(reservation_id=first.pk, now=now)
    first.refresh_from_db()
    assert first.status == Status.READY


def test_only_an_offer_can_be_passed_on(offered, now) -> None:
    with pytest.raises(services.NotOffered):
        services.defer(reservation_id=offered[1].pk, now=now)


def test_two_readers_cannot_pass_a_copy_to_each_other_for_ever(offered, now, settings) -> None:
    settings.MAX_DEFERRALS = 1
    first, second, *_others = offered
    services.defer(reservation_id=first.pk, now=now)
    services.defer(reservation_id=second.pk, now=now)
    first.refresh_from_db()
    with pytest.raises(services.NotOffered, match="You have let others go first 1 times already"):
        services.defer(reservation_id=first.pk, now=now)
    first.refresh_from_db()
    assert first.status == Status.READY
    assert Action.DEFER not in actions_for(first, Actor.PATRON)
