"""Librarians give a waiting reader another place in the queue, and say why (services/move.py)."""

from datetime import timedelta
from itertools import product

import pytest

import subscriptions.services
from books.models import Book
from library_portal.audit.models import AuditEntry
from library_portal.errors import InvalidInput
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.models import Reservation, Status
from reservations.services.priority import follow_plan
from reservations.services.queue import ORDER
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(now) -> Book:
    """Its only copy is out."""
    book = book_with_copies(1)
    lent(patron(), book, now)
    return book


@pytest.fixture
def places(book, now) -> list[Reservation]:
    """A PREMIUM reader, two PLUS and two FREE ones, in the order of the queue."""
    plans = ["PREMIUM", "PLUS", "PLUS", "FREE", "FREE"]
    return [reserved(patron(plan=plan), book, now + timedelta(minutes=n)) for n, plan in enumerate(plans)]


def queue() -> list[int]:
    return list(Reservation.objects.filter(status=Status.PENDING).order_by(*ORDER).values_list("pk", flat=True))


def move(place: Reservation, position: int, now) -> Reservation:
    return services.move(reservation_id=place.pk, position=position, reason="Exam next week", now=now)


def test_any_place_goes_to_any_position_and_the_others_keep_their_order(places, now) -> None:
    for place, position in product(places, range(1, 6)):
        expected = [pk for pk in queue() if pk != place.pk]
        expected.insert(position - 1, place.pk)
        moved = move(place, position, now)
        assert queue() == expected
        assert (moved.is_moved, moved.joined_at) == (True, place.joined_at)


def test_where_all_stand_by_one_instant_room_is_made(book, now) -> None:
    same = [reserved(patron(), book, now) for _ in range(5)]
    for place, position in ((4, 2), (0, 4), (3, 1), (1, 3), (2, 2)):
        expected = [pk for pk in queue() if pk != same[place].pk]
        expected.insert(position - 1, same[place].pk)
        move(same[place], position, now)
        assert queue() == expected


def test_again_and_again_between_the_same_two_there_is_always_room(places, now) -> None:
    for _ in range(4):
        for place in (places[4], places[3], places[2]):
            expected = [pk for pk in queue() if pk != place.pk]
            expected.insert(1, place.pk)
            move(place, 2, now)
            assert queue() == expected


def test_the_only_one_stays_the_only_one(book, now) -> None:
    place = reserved(patron(), book, now)
    moved = move(place, 1, now)
    assert (moved.queued_at, moved.priority) == (place.queued_at, place.priority)


def test_a_moved_place_is_moved_no_more_by_plans(places, now) -> None:
    move(places[4], 2, now)
    order = queue()
    subscriptions.services.set_plan(user_id=places[4].user_id, plan_code="FREE", now=now)
    follow_plan(user_id=places[4].user_id, now=now)
    assert queue() == order


def test_moved_back_it_stands_where_plan_and_time_have_it(places, now) -> None:
    order = queue()
    move(places[4], 1, now)
    services.move_back(reservation_id=places[4].pk, reason="The exam is over", now=now)
    assert queue() == order
    subscriptions.services.set_plan(user_id=places[4].user_id, plan_code="PREMIUM", now=now)
    follow_plan(user_id=places[4].user_id, now=now)
    assert queue().index(places[4].pk) == 1


def test_moved_ahead_of_those_who_can_not_have_the_free_copy_one_gets_it(book, places, now) -> None:
    """And nobody waits for the next sweep."""
    loan = Reservation.objects.get(status=Status.ACTIVE)
    for place in places[:4]:
        services.pause(reservation_id=place.pk, until=now.date() + timedelta(days=9), now=now)
    services.pause(reservation_id=places[4].pk, until=now.date() + timedelta(days=1), now=now)
    services.return_copy(reservation_id=loan.pk, now=now)
    moved = move(places[4], 1, now + timedelta(days=1))
    assert (moved.status, book.copies.get().status) == (Status.READY, "held")


def test_it_is_written_down_and_told(places, now) -> None:
    move(places[3], 1, now)
    entry = AuditEntry.objects.get()
    assert (entry.whom_id, entry.details) == (
        places[3].user_id,
        {"reservation": places[3].pk, "what": "move", "reason": "Exam next week", "before": 4, "after": 1},
    )
    changed = OutboxEvent.objects.get(name="reservation.changed")
    assert (changed.payload["reservation_id"], changed.payload["what"]) == (places[3].pk, "place")


@pytest.mark.parametrize("position", [0, -1, 6, 10**9])
def test_the_queue_has_no_such_position(places, now, position) -> None:
    order = queue()
    with pytest.raises(InvalidInput) as refusal:
        move(places[0], position, now)
    assert (list(refusal.value.extra["errors"]), queue()) == (["position"], order)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_without_a_reason_nobody_is_moved(places, now, reason) -> None:
    order = queue()
    for use_case in (
        lambda: services.move(reservation_id=places[4].pk, position=1, reason=reason, now=now),
        lambda: services.move_back(reservation_id=places[4].pk, reason=reason, now=now),
    ):
        with pytest.raises(InvalidInput) as refusal:
            use_case()
        assert list(refusal.value.extra["errors"]) == ["reason"]
    assert queue() == order


def test_only_who_waits_is_moved(book, now) -> None:
    loan = Reservation.objects.get(status=Status.ACTIVE)
    with pytest.raises(services.NotMovable):
        move(loan, 1, now)
    with pytest.raises(services.NotMovable):
        services.move_back(reservation_id=loan.pk, reason="Why not", now=now)
