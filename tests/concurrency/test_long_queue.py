"""The workers are looking along a queue too long for one step: meanwhile others act, in threads of their own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

import subscriptions.services
from library_portal.outbox.delivery import deliver, deliver_pending
from library_portal.outbox.models import Delivery
from reservations import services
from reservations.models import Reservation, Status
from reservations.places import ORDER
from reservations.services import looking
from reservations.services.queue import next_in_queue
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron
from tests.factories.queues import line_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[Reservation]:
    """The copy is back; the first three of five without money were passed over; the sixth has some."""
    monkeypatch.setattr(looking, "PLACES_AT_ONCE", 3)
    now, book = timezone.now(), book_with_copies(1)
    loan = lent(patron(), book, now)
    line_of(book, 5, now=now)
    reserved(patron(), book, now + timedelta(minutes=1))
    services.return_copy(reservation_id=loan.pk, now=now)
    return list(Reservation.objects.filter(book=book, status=Status.PENDING).order_by(*ORDER))


def take_the_steps() -> None:
    waiting = Delivery.objects.filter(event__name="allocation.continued", status="waiting")
    while step := waiting.first():
        deliver(delivery_id=step.pk, attempts=step.attempts)
    connection.close()


@contextmanager
def a_step_is_halfway(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The workers have read the next places, and keep the book's lock, while the block runs; then they go on."""
    has_read, may_go_on = threading.Event(), threading.Event()

    def read_and_wait(**asked: Any) -> list[Reservation]:
        places = next_in_queue(**asked)
        has_read.set()
        assert may_go_on.wait(timeout=60)
        return places

    with ThreadPoolExecutor(1) as workers, monkeypatch.context() as slowly:
        slowly.setattr(looking, "next_in_queue", read_and_wait)
        steps = workers.submit(take_the_steps)
        assert has_read.wait(timeout=60)
        try:
            yield
        finally:
            may_go_on.set()
        steps.result()


def top_up(place: Reservation) -> None:
    payment = subscriptions.services.start_top_up(user_id=place.user_id, amount=Decimal(5), provider="test")
    subscriptions.services.confirm_payment(payment_id=payment.pk, now=timezone.now())


def statuses(queue: list[Reservation]) -> list[str]:
    return [Reservation.objects.get(pk=place.pk).status for place in queue]


def test_who_gets_money_in_front_while_the_last_is_being_found_is_not_overtaken(queue, monkeypatch) -> None:
    with a_step_is_halfway(monkeypatch):
        top_up(queue[1])  # waits for nobody: no wallet is locked
    assert statuses(queue) == ["pending", "ready", "pending", "pending", "pending", "pending"]
    top_up(queue[0])
    deliver_pending()
    assert statuses(queue)[:2] == ["pending", "ready"]  # too late for this copy


def test_who_joins_in_front_waits_for_one_step_only_and_is_not_overtaken(queue, monkeypatch) -> None:
    reader, book = patron(plan="PREMIUM"), queue[0].book

    def join() -> None:
        reserved(reader, book, timezone.now())
        connection.close()

    with ThreadPoolExecutor(1) as others:
        with a_step_is_halfway(monkeypatch):
            joining = others.submit(join)
        joining.result()
    deliver_pending()
    got_it = Reservation.objects.get(book=book, status=Status.READY)
    assert got_it.user_id in (reader.pk, queue[5].user_id)  # whoever had the lock first after that step
    assert Reservation.objects.filter(book=book, status=Status.PENDING).count() == 6


def test_with_everything_at_once_the_copy_is_given_once_and_to_somebody_who_may_have_it(queue) -> None:
    def in_a_thread(act: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            start.wait()
            act()
            connection.close()

        return run

    book_id = queue[0].book_id
    acts = [
        take_the_steps,
        lambda: top_up(queue[1]),
        lambda: services.allocate(book_id=book_id, now=timezone.now()),
        lambda: services.cancel(reservation_id=queue[4].pk, now=timezone.now()),
        take_the_steps,
    ]
    start = threading.Barrier(len(acts))
    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(in_a_thread(act)) for act in acts]:
            done.result()
    deliver_pending()
    ready = Reservation.objects.filter(book=book_id, status=Status.READY)
    assert [one.user_id in (queue[1].user_id, queue[5].user_id) for one in ready] == [True]
