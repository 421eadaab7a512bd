"""`manage.py audit`: a portal that works shows nothing, and each rule that is broken is found by its name, with ids."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

import books.services
import subscriptions.services
from books.models import Book
from library_portal.outbox.delivery import deliver
from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.redis import client
from reservations import services
from reservations.auditing import CHECKS, Findings, audit
from reservations.models import Reservation
from reservations.places.rebuilding import rebuild
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.reservations.breakages import BREAKAGES


def settle() -> None:
    """Everything that lending does by event is done; what people and the search index would hear is left out."""
    while due := list(Delivery.objects.filter(queue="circulation", status="waiting").values_list("pk", "attempts")):
        for delivery_id, attempts in due:
            deliver(delivery_id=delivery_id, attempts=attempts)
    Delivery.objects.filter(status="waiting").update(status="done", done_at=timezone.now())
    OutboxEvent.objects.filter(published_at=None).update(published_at=timezone.now())


@dataclass(frozen=True)
class World:
    """One reservation in each state; `place` is the first of two in the queue behind `held`."""

    now: datetime
    returned: Reservation
    late: Reservation
    lost: Reservation
    lent: Reservation
    held: Reservation
    place: Reservation
    second: Reservation
    cancelled: Reservation


def ask(reader: Any, book: Book, now: datetime, days: int = 7) -> Reservation:
    return services.reserve(user_id=reader.pk, book_id=book.pk, days=days, join_queue=True, now=now)


def lend(book: Book, start: datetime, **about: str) -> Reservation:
    held = ask(patron(**about), book, start)
    return services.check_out(reservation_id=held.pk, now=start)


def build(start: datetime) -> World:
    book, sought = book_with_copies(5, price="9.00"), book_with_copies(1)
    Book.objects.update(updated_at=start - timedelta(days=1))
    returned, late = lend(book, start), lend(book, start, balance="0.71")
    lost, lent = lend(book, start, balance="5.00"), lend(book, start + timedelta(days=8), plan="PLUS")
    services.return_copy(reservation_id=returned.pk, now=start + timedelta(days=3))
    services.return_copy(reservation_id=late.pk, now=start + timedelta(days=9))
    services.lose_copy(reservation_id=lost.pk, now=start + timedelta(days=9))
    payment = subscriptions.services.start_top_up(user_id=late.user_id, amount=Decimal("1.00"), provider="test")
    subscriptions.services.confirm_payment(payment_id=payment.pk, now=start)
    now = start + timedelta(days=9)
    held, place, second = [ask(patron(plan="PLUS"), sought, now) for _ in range(3)]
    cancelled = ask(patron(), book, now)
    services.cancel(reservation_id=cancelled.pk, now=now)
    settle()
    ids = [one.pk for one in (returned, late, lost, lent, held, place, second, cancelled)]
    return World(now, *(Reservation.objects.get(pk=pk) for pk in ids))


@pytest.fixture
def world(db: None) -> World:
    """From nine days ago until now."""
    return build(timezone.now() - timedelta(days=9))


# Compared with Redis, which no SQL breaks.
IN_REDIS = {"queues-in-redis"}


def run(sql: str, world: World) -> None:
    """With `{place}` and the like for the ids of the world's reservations."""
    ids = {name: one.pk for name, one in vars(world).items() if isinstance(one, Reservation)}
    copies = {f"{name}_copy": one.copy_id for name, one in vars(world).items() if isinstance(one, Reservation)}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE subscriptions_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE subscriptions_wallet DISABLE TRIGGER USER")
        cursor.execute(sql.format(**ids, **copies))


def test_a_portal_that_works_shows_nothing(world: World) -> None:
    report = audit(now=timezone.now(), settled=True)
    assert (report.wrong, set(report.findings)) == ({}, set(CHECKS))


def test_what_is_broken_is_found_by_the_rule_it_breaks(world: World) -> None:
    found = {what: sorted(found_after(sql, world)) for what, (sql, _checks) in BREAKAGES.items()}
    assert found == {what: sorted(checks) for what, (_sql, checks) in BREAKAGES.items()}


def found_after(sql: str, world: World) -> dict[str, Findings]:
    """What the audit finds when this was done, which is undone again."""
    with transaction.atomic():
        run(sql, world)
        found = audit(now=timezone.now(), settled=True).wrong
        transaction.set_rollback(True)
    return found


def test_every_rule_is_broken_by_something() -> None:
    assert {name for _sql, checks in BREAKAGES.values() for name in checks} == set(CHECKS) - IN_REDIS


def test_a_finding_says_what_is_wrong_with_the_ids_of_everything_concerned(world: World) -> None:
    found = found_after(BREAKAGES["a lent copy stands on the shelf"][0], world)
    copy_id, lent_id, book_id = world.lent.copy_id, world.lent.pk, world.lent.book_id
    what = f"Copy {copy_id} (book {book_id}) is “available”; reservations that have it: active #{lent_id}."
    ids = {"copy_id": copy_id, "book_id": book_id, "status": "available", "reservations": f"active #{lent_id}"}
    assert found == {"copy-and-reservation": Findings(1, [{"what": what} | ids])}


def test_of_each_kind_the_first_twenty_are_shown_and_all_are_counted(db: None) -> None:
    Book.objects.bulk_create(Book(title="Sought", waiting_count=1) for _ in range(25))
    found = audit(now=timezone.now()).wrong["waiting-count"]
    assert (found.count, len(found.first)) == (25, 20)


def test_what_is_under_way_is_wrong_only_in_a_portal_that_has_settled(world: World) -> None:
    """A copy that has just come, and the event that will give it to the next in the queue."""
    place = world.place
    books.services.add_copy(book_id=place.book_id)
    soon = timezone.now()
    assert audit(now=soon).wrong == {}
    assert sorted(audit(now=soon, settled=True).wrong) == ["deliveries-late", "events-unpublished"]
    Delivery.objects.filter(status="waiting").update(status="done", done_at=soon)
    OutboxEvent.objects.update(recorded_at=soon - timedelta(hours=1), published_at=soon)
    later = audit(now=soon).wrong["free-copy-waited-for"]
    assert [finding["reservation_id"] for finding in later.first] == [place.pk, world.second.pk]


def test_who_can_not_have_the_free_copy_is_no_finding(world: World) -> None:
    books.services.add_copy(book_id=world.place.book_id)
    subscriptions.services.adjust(user_id=world.place.user_id, amount=Decimal(-50), reason="gone", key="gone")
    services.pause(reservation_id=world.second.pk, until=world.now.date() + timedelta(days=5), now=world.now)
    settle()
    assert audit(now=timezone.now(), settled=True).wrong == {}


def test_a_copy_that_cost_nothing_and_was_found_is_no_early_return(world: World) -> None:
    loan = lend(book_with_copies(1, price="0.00"), world.now)
    services.lose_copy(reservation_id=loan.pk, now=world.now, reason="Left on a train")
    services.find_copy(reservation_id=loan.pk, now=world.now)
    settle()
    assert audit(now=timezone.now(), settled=True).wrong == {}


@pytest.mark.django_db(transaction=True)
def test_the_command_tells_people_and_programs_and_fails_when_something_is_wrong() -> None:
    book = book_with_copies(1)
    assert told() == (0, f"{len(CHECKS)} rules checked: nothing is wrong.\n")
    assert json.loads(told("--json")[1])["is_right"] is True
    Book.objects.update(waiting_count=3)
    assert told() == (
        1,
        f"waiting-count: 1\n  Book {book.pk} says that 3 wait; 0 do.\n"
        f"{len(CHECKS)} rules checked: 1 finding, see docs/auditing.md.\n",
    )
    code, printed = told("--json")
    what = {"what": f"Book {book.pk} says that 3 wait; 0 do.", "book_id": book.pk, "waiting_count": 3, "waiting": 0}
    assert (code, json.loads(printed)["checks"]["waiting-count"]) == (
        1,
        {"count": 1, "not_checked": "", "first": [what]},
    )


@pytest.mark.django_db(transaction=True)
def test_a_set_in_redis_that_is_not_the_queue_is_found() -> None:
    book = book_with_copies(0)
    rebuild([book.pk])
    assert told()[0] == 0
    client().zadd(f"queue:{book.pk}", {"nobody": 0})
    assert told()[1].startswith(f"queues-in-redis: 1\n  The queue of book {book.pk} is another one in Redis.\n")


@pytest.fixture
def without_redis(settings: Any) -> Iterator[None]:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client.cache_clear()
    yield
    client.cache_clear()


def test_without_redis_the_rest_is_checked(db: None, without_redis: None) -> None:
    report = audit(now=timezone.now())
    assert (report.wrong, list(report.not_checked)) == ({}, ["queues-in-redis"])


def told(*options: str) -> tuple[int, str]:
    """How `manage.py audit` ends, and what it prints."""
    out = StringIO()
    try:
        call_command("audit", *options, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()
