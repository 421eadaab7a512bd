"""`kill -9` of the relay and of each worker in the middle of 500 events: everything arrives, nothing twice in effect.

80 copies become free, each with one patron waiting: 80 events, and 320 more when each is held, charged, announced and
mailed. Another 100 messages are on their way meanwhile.
"""

import os
from collections import Counter
from decimal import Decimal
from itertools import cycle
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Count

import subscriptions.services
from accounts.models import User
from books.events import BookAvailabilityChanged
from books.models import Book, Copy
from books.search.models import BookSearchEntry
from library_portal.notifications import notify
from library_portal.notifications.models import Kind, Notification
from library_portal.outbox import record
from library_portal.outbox.models import Delivery, OutboxEvent
from reservations.models import Reservation
from subscriptions.models import LedgerEntry, Wallet
from tests.faults.processes import RELAY, Processes, processes
from tests.waiting import until

BOOKS = 80
OTHER_MESSAGES = 100


@pytest.fixture(params=["valkey", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
def broker_url(request: pytest.FixtureRequest) -> str:
    return os.environ["TEST_RABBITMQ_URL" if request.param == "rabbitmq" else "BROKER_URL"]


@pytest.fixture
def queues(transactional_db: None) -> None:
    """Books with one free copy and one patron waiting, before anybody has noticed."""
    people = User.objects.bulk_create(
        User(
            username=f"reader-{number}", email=f"reader-{number}@library.example", email_verified_at="2026-01-01T00:00Z"
        )
        for number in range(BOOKS)
    )
    books = Book.objects.bulk_create(Book(title=f"Book {number}") for number in range(BOOKS))
    Wallet.objects.bulk_create(Wallet(user=person) for person in people)
    for person in people:
        give_money(person)
    Copy.objects.bulk_create(Copy(book=book, barcode=f"B{book.pk}") for book in books)
    Reservation.objects.bulk_create(
        Reservation(user=person, book=book, days=7) for person, book in zip(people, books, strict=True)
    )
    OutboxEvent.objects.all().delete()


def give_money(person: User) -> None:
    subscriptions.services.adjust(user_id=person.pk, amount=Decimal(10), reason="test", key=f"start:{person.pk}")


def record_everything() -> None:
    with transaction.atomic():
        for book_id in Book.objects.values_list("pk", flat=True):
            record(BookAvailabilityChanged(book_id=book_id, free_copies=1, waiting=1))
        for number, person in zip(range(OTHER_MESSAGES), cycle(User.objects.all()), strict=False):
            notify(user_id=person.pk, kind=Kind.PAYMENT, key=f"other:{number}", title="Hello", body="Something else")


def kill_each_at_work(running: Processes) -> None:
    """The relay after its first messages, each worker after its tenth delivery; and start it again."""
    until(lambda: Delivery.objects.filter(sends__gt=0).exists())
    running.kill(RELAY)
    running.start(RELAY)
    alive = list(settings.WORK_QUEUES)

    def kill_who_has_begun() -> bool:
        for queue in list(alive):
            if Delivery.objects.filter(queue=queue, status="done").count() >= 10:
                assert Delivery.objects.filter(queue=queue, status="waiting").exists(), (
                    f"{queue} was too quick to be killed"
                )
                running.kill(queue)
                running.start(queue)
                alive.remove(queue)
        return not alive

    until(kill_who_has_begun)


def all_is_quiet() -> bool:
    return (
        not Delivery.objects.exclude(status="done").exists()
        and not OutboxEvent.objects.filter(published_at=None).exists()
    )


def what_is_open() -> list[tuple[str, str, int, str, int]]:
    open_deliveries = Delivery.objects.exclude(status="done").order_by()
    rows = open_deliveries.values_list("handler", "status", "attempts", "last_error")
    return list(rows.annotate(number=Count("pk")))


def test_what_is_killed_at_work_and_started_again_loses_nothing_and_repeats_nothing(
    broker_url: str, queues: None, tmp_path: Path
) -> None:
    with processes(broker_url=broker_url, var_dir=tmp_path) as running:
        record_everything()
        kill_each_at_work(running)
        until(all_is_quiet, seconds=300, otherwise=what_is_open)
        ended = running.stop()

    assert OutboxEvent.objects.count() >= 500
    assert set(ended.values()) == {0}
    assert_everything_happened_once(tmp_path / "mail")


def assert_everything_happened_once(mail: Path) -> None:
    assert list(Reservation.objects.values_list("status", flat=True)) == ["ready"] * BOOKS
    assert set(Copy.objects.values_list("status", flat=True)) == {"held"}
    charges = LedgerEntry.objects.filter(kind="reservation")
    assert [entry.amount for entry in charges] == [Decimal("-0.70")] * BOOKS
    assert set(Wallet.objects.values_list("balance", flat=True)) == {Decimal("9.30")}
    assert OutboxEvent.objects.filter(name="reservation.ready").count() == BOOKS
    assert Notification.objects.filter(kind=Kind.COPY_READY).values("user").distinct().count() == BOOKS
    assert Counter(Notification.objects.values_list("kind", flat=True)) == {
        Kind.COPY_READY: BOOKS,
        Kind.PAYMENT: OTHER_MESSAGES,
    }
    assert len(list(mail.glob("*.eml"))) == BOOKS + OTHER_MESSAGES
    assert newest_events_of_books() == dict(BookSearchEntry.objects.values_list("book_id", "version"))


def newest_events_of_books() -> dict[int, int]:
    events = OutboxEvent.objects.filter(name__startswith="book.").order_by("id")
    return {event.payload["book_id"]: event.pk for event in events}
