"""Positions come from Redis and are those of PostgreSQL's order, whatever is lost or late (rules.md, "PENDING")."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

import subscriptions.services
from books.models import Book
from library_portal.redis import client
from reservations import places, queries, services
from reservations.models import Reservation, Status
from reservations.places import ORDER, Place, sets
from reservations.places.rebuilding import snapshot
from reservations.services.priority import follow_plan
from reservations.services.queue import queue_changed
from reservations.tasks import check_queues
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.factories.queues import line_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def redis_is_here(monkeypatch) -> None:
    monkeypatch.setattr(sets, "_away_until", 0.0)


@pytest.fixture
def book() -> Book:
    """Its only copy is out."""
    book = book_with_copies(1)
    hold = reserve(book)
    services.check_out(reservation_id=hold.pk, now=hold.ready_at)
    return book


def reserve(book: Book, *, plan: str = "FREE", now: datetime | None = None) -> Reservation:
    now = now or datetime.fromisoformat("2026-11-02T12:00:00+00:00")
    reader = patron(plan=plan)
    return services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)


def in_order(book: Book) -> list[int]:
    """As PostgreSQL orders the queue."""
    rows = Reservation.objects.filter(book=book, status=Status.PENDING)
    return list(rows.order_by("-priority", "queued_at", "pk").values_list("pk", flat=True))


def by_position(book: Book) -> list[int]:
    """As everybody's position says."""
    rows = queries.with_places(queries.reservations().filter(book=book, status=Status.PENDING))
    assert {row.queue_length for row in rows} <= {len(rows)}
    assert sorted(row.queue_position for row in rows) == list(range(1, len(rows) + 1))
    return [row.pk for row in sorted(rows, key=lambda row: row.queue_position)]


def counts() -> CaptureQueriesContext:
    """The queries of PostgreSQL that count who is ahead."""
    return CaptureQueriesContext(connection)


def counted(captured: CaptureQueriesContext) -> int:
    return sum("COUNT(" in query["sql"].upper() for query in captured)


def answered_by_redis(book: Book) -> bool:
    """Whether the positions of everybody waiting, which are right, come without PostgreSQL counting."""
    with counts() as captured:
        assert by_position(book) == in_order(book)
    return counted(captured) == 0


def settled(book: Book) -> None:
    """Somebody has asked, so there is a set."""
    by_position(book)
    assert answered_by_redis(book)


def test_the_first_who_asks_builds_the_set_and_the_next_are_answered_by_it(book) -> None:
    for plan in ("FREE", "PREMIUM", "PLUS", "FREE"):
        reserve(book, plan=plan)
    assert [answered_by_redis(book), answered_by_redis(book)] == [False, True]


def test_after_any_change_the_position_is_right_at_once_and_from_the_set(book, now) -> None:
    first, second, third = reserve(book), reserve(book), reserve(book, plan="PLUS")
    settled(book)
    changes: list[Callable[[], Any]] = [
        lambda: reserve(book, plan="PREMIUM"),
        lambda: services.cancel(reservation_id=first.pk, now=now),
        lambda: services.pause(reservation_id=third.pk, until=now.date() + timedelta(days=9), now=now),
        lambda: subscriptions.services.set_plan(user_id=second.user_id, plan_code="PREMIUM", now=now),
        lambda: follow_plan(user_id=second.user_id, now=now),
        lambda: services.move(reservation_id=third.pk, position=1, reason="Urgent", now=now),
        lambda: services.return_copy(reservation_id=Reservation.objects.get(book=book, status="active").pk, now=now),
        lambda: services.defer(reservation_id=Reservation.objects.get(book=book, status="ready").pk, now=now),
    ]
    for change in changes:
        change()
        assert answered_by_redis(book)
    assert in_order(book) == by_position(book)


def test_a_paused_place_is_kept(book, now) -> None:
    first, second = reserve(book), reserve(book)
    services.pause(reservation_id=first.pk, until=now.date() + timedelta(days=9), now=now)
    assert by_position(book) == [first.pk, second.pk]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_set_is_the_queue(book, now, seed) -> None:
    chance = random.Random(seed)
    for step in range(25):
        waiting = in_order(book)
        at = now + timedelta(microseconds=chance.randrange(5))
        match chance.choice(["join", "join", "join", "leave", "move", "forget"]):
            case "join":
                reserve(book, plan=chance.choice(["FREE", "PLUS", "PREMIUM"]), now=at)
            case "leave" if waiting:
                services.cancel(reservation_id=chance.choice(waiting), now=at)
            case "move" if waiting:
                place, position = chance.choice(waiting), chance.randint(1, len(waiting))
                services.move(reservation_id=place, position=position, reason="Chance", now=at)
            case "forget" if step % 5 == 0:
                client().flushdb()
        assert by_position(book) == in_order(book)
    assert sets.content(book.pk) == expected(book)


def expected(book: Book) -> list[str]:
    version, waiting = snapshot(book.pk)
    return sets.expected(version=version, places=waiting)


def test_those_of_one_instant_stand_by_their_ids(book, now) -> None:
    same = [reserve(book, now=now) for _ in range(12)]
    settled(book)
    assert by_position(book) == [place.pk for place in same]


def test_a_newcomer_is_told_the_place_that_it_becomes(book, now) -> None:
    for plan in ("PREMIUM", "FREE", "PLUS", "PLUS"):
        reserve(book, plan=plan, now=now)
    settled(book)
    readers = [patron(plan=plan) for plan in ("PREMIUM", "PLUS", "FREE")]
    with counts() as captured:
        quotes = [queries.quote(user_id=reader.pk, book_id=book.pk, days=7, now=now) for reader in readers]
    assert [quote.queue_position for quote in quotes] == [2, 4, 5]
    assert not any("queued_at" in query["sql"] and "paused_until" not in query["sql"] for query in captured)


def test_after_losing_everything_the_next_answer_is_right_and_the_one_after_it_fast(book) -> None:
    for _ in range(5):
        reserve(book)
    settled(book)
    client().flushdb()
    assert [answered_by_redis(book), answered_by_redis(book)] == [False, True]


def test_changes_that_come_in_another_order_wait_for_the_one_they_follow_on(book, monkeypatch) -> None:
    kept_back: list[dict[str, Any]] = []
    reserve(book)
    settled(book)
    goes_on = sets.change
    monkeypatch.setattr(sets, "change", lambda **change: kept_back.append(change))
    for plan in ("FREE", "PREMIUM", "PLUS"):
        reserve(book, plan=plan)
    for change in reversed(kept_back):
        assert not answered_by_redis(book)
        goes_on(**change)
    assert answered_by_redis(book)
    assert client().keys(f"queue:{book.pk}:early") == []


def test_a_change_that_comes_twice_changes_nothing(book, monkeypatch) -> None:
    reserve(book)
    settled(book)
    changes: list[dict[str, Any]] = []
    goes_on = sets.change
    monkeypatch.setattr(sets, "change", lambda **change: changes.append(change) or goes_on(**change))
    place = reserve(book)
    services.cancel(reservation_id=place.pk, now=place.joined_at)
    for change in changes:
        goes_on(**change)
    assert answered_by_redis(book)


def test_who_dies_between_commit_and_telling_redis_leaves_a_set_that_is_given_up(book, monkeypatch) -> None:
    reserve(book)
    settled(book)
    monkeypatch.setattr(sets, "change", lambda **change: None)
    reserve(book)
    monkeypatch.undo()
    monkeypatch.setattr(sets, "GIVEN_UP_AFTER_MS", 0)
    monkeypatch.setattr(sets, "REST_MS", 1)
    reserve(book)
    assert not answered_by_redis(book)  # behind: noticed
    client().delete(f"queue:{book.pk}:lock")
    assert [answered_by_redis(book), answered_by_redis(book)] == [False, True]  # still behind: built anew, then right


def test_what_is_not_committed_never_comes_to_redis(book) -> None:
    reserve(book)
    settled(book)
    before = sets.content(book.pk)
    with suppress(ZeroDivisionError), transaction.atomic():
        Book.objects.select_for_update().get(pk=book.pk)
        place = Reservation.objects.create(user=patron(), book=book, days=7)
        queue_changed(book_id=book.pk, joined=places.place_of(place))
        client().delete(f"queue:{book.pk}", f"queue:{book.pk}:lock")
        by_position(book)  # would build the set, were it not inside the transaction
        raise ZeroDivisionError
    assert sets.content(book.pk) == []
    assert [answered_by_redis(book), answered_by_redis(book)] == [False, True]
    assert sets.content(book.pk) == before


def test_a_change_during_a_rebuild_is_applied_after_it(book) -> None:
    reserve(book)
    token = sets.begin(book.pk)
    version, waiting = snapshot(book.pk)
    reserve(book, plan="PREMIUM")
    assert sets.begin(book.pk) is None  # one rebuilder at a time
    sets.finish(book_id=book.pk, token=token, version=version, places=waiting)
    assert answered_by_redis(book)


def test_a_rebuilder_that_took_too_long_changes_nothing(book) -> None:
    reserve(book)
    slow = sets.begin(book.pk)
    client().delete(f"queue:{book.pk}:lock")  # its time ran out
    settled(book)
    sets.finish(book_id=book.pk, token=slow, version=1, places=[])
    assert answered_by_redis(book)


def test_too_many_changes_out_of_order_give_the_set_up(book, monkeypatch) -> None:
    monkeypatch.setattr(sets, "MOST_EARLY", 3)
    reserve(book)
    settled(book)
    for version in range(1000, 1004):
        sets.change(book_id=book.pk, version=version, left=None, joined=Place(0, book.created_at, version))
    assert client().keys(f"queue:{book.pk}*") == [f"queue:{book.pk}:lock"]


@pytest.fixture
def without_redis(settings) -> Iterator[None]:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client.cache_clear()
    yield
    client.cache_clear()


def test_without_redis_postgresql_answers_and_redis_is_asked_once(book, without_redis, monkeypatch) -> None:
    tries: list[Any] = []
    asks = client
    monkeypatch.setattr(sets, "client", lambda: tries.append(1) or asks())
    for plan in ("FREE", "PLUS", "FREE"):
        reserve(book, plan=plan)
    assert not answered_by_redis(book)
    assert by_position(book) == in_order(book)
    assert len(tries) == 1


def test_a_list_of_several_books_takes_one_round_trip(now, monkeypatch) -> None:
    readers = [patron(plan="PREMIUM") for _ in range(2)]
    queues = [book_with_copies(0) for _ in range(6)]
    for number, queue in enumerate(queues):
        line_of(queue, number, now=now)
        Reservation.objects.create(user=readers[0], book=queue, days=7, queued_at=now - timedelta(days=1))
        Book.objects.filter(pk=queue.pk).update(waiting_count=number + 1, queue_version=9)
    rows = queries.reservations_of(user_id=readers[0].pk)
    for _ in range(2):  # sets are built three at a time
        queries.with_places(rows)
    asked: list[Any] = []
    goes_on = sets._run
    monkeypatch.setattr(sets, "_run", lambda *script: asked.append(1) or goes_on(*script))
    with counts() as captured:
        found = {row.book_id: (row.queue_position, row.queue_length) for row in queries.with_places(rows)}
    assert [place[1] for _book, place in sorted(found.items())] == [1, 2, 3, 4, 5, 6]
    assert {book_id: place[0] for book_id, place in found.items()} == {
        queue.pk: in_order(queue).index(rows.get(book=queue).pk) + 1 for queue in queues
    }
    assert (len(asked), counted(captured)) == (1, 0)


def test_100_000_wait_and_every_position_is_the_one_of_postgresql(now) -> None:
    book = book_with_copies(1)
    line_of(book, 100_000, now=now)
    places.rebuild([book.pk])
    version, waiting = snapshot(book.pk)
    asked = [sets.Asked(book.pk, version, place) for place in waiting]
    ranks = [rank for start in range(0, len(asked), 5000) for rank in sets.ask(asked[start : start + 5000]).ahead]
    assert [place.pk for place in waiting] == in_order(book)
    assert ranks == list(range(100_000))
    assert ORDER == ("-priority", "queued_at", "pk")


def test_every_night_what_differs_is_dropped(book) -> None:
    reserve(book)
    other = book_with_copies(0)
    line_of(other, 3, now=book.created_at)
    settled(book)
    settled(other)
    client().zadd(f"queue:{book.pk}", {"0" * 40: 0})
    assert check_queues() == 1
    assert client().exists(f"queue:{book.pk}", f"queue:{other.pk}") == 1
    client().delete(f"queue:{book.pk}:lock")  # built a moment ago
    settled(book)
    assert check_queues() == 0
