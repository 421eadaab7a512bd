"""What the relay claims, when, and what it settles. `tests/faults` kills real ones."""

from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from library_portal.celery import app
from library_portal.outbox import record, relay
from library_portal.outbox.models import Delivery, OutboxEvent
from tests.outbox.happenings import TeaServed
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


def serve(cups: int) -> None:
    with transaction.atomic():
        for cup in range(cups):
            record(TeaServed(cup=cup))


def messages_in(queue: str) -> int:
    with app.connection_for_read() as broker:
        waiting = app.amqp.queues[queue].bind(broker.channel())
        waiting.declare()
        count = 0
        while message := waiting.get(no_ack=True):
            assert message.headers["task"] == "library_portal.outbox.tasks.deliver"
            count += 1
        return count


def test_draining_sends_every_delivery_to_its_queue_and_settles_every_event(reader: User) -> None:
    serve(cups=250)
    messages_in("circulation"), messages_in("notifications")

    relay.drain()

    assert (messages_in("circulation"), messages_in("notifications"), messages_in("search")) == (250, 250, 0)
    assert not OutboxEvent.objects.filter(published_at=None).exists()
    assert set(Delivery.objects.values_list("status", "sends")) == {("waiting", 1)}
    assert relay.drain() == 0


def test_a_claimed_delivery_is_claimed_again_when_its_lease_has_ended(reader: User, settings: Any) -> None:
    settings.DELIVERY_LEASE_SECONDS = 100
    serve(cups=1)

    first = relay.claim(10)
    assert relay.claim(10) == []
    Delivery.objects.update(send_after=F("send_after") - timezone.timedelta(seconds=101))

    assert relay.claim(10) == first
    lease = (Delivery.objects.first().send_after - timezone.now()).total_seconds()  # type: ignore[union-attr]
    assert 195 < lease <= 200, "nobody did it: the next lease is twice as long"


def test_relays_side_by_side_never_claim_the_same(reader: User) -> None:
    serve(cups=200)
    claimed: list[list[relay.Claimed]] = []

    def claim_all() -> None:
        while batch := relay.claim(7):
            claimed.append(batch)
        connection.close()

    relays = [Thread(target=claim_all) for _ in range(4)]
    for one in relays:
        one.start()
    for one in relays:
        one.join()

    ids = [delivery.delivery_id for batch in claimed for delivery in batch]
    assert len(ids) == len(set(ids)) == 400


def test_only_one_relay_publishes_events_until_it_ends(reader: User) -> None:
    serve(cups=1)
    with relay.listening() as first, relay.listening() as second, relay.Broker() as broker:
        assert relay.publish_events(first, broker) == 1
        serve(cups=1)
        assert relay.publish_events(second, broker) == 0
    with relay.listening() as second, relay.Broker() as broker:
        assert relay.publish_events(second, broker) == 1


def test_a_running_relay_hears_of_a_commit_and_stops_when_told(reader: User) -> None:
    stopping = Signal()
    running = Thread(target=lambda: (relay.run(stopping), connection.close()))
    running.start()
    serve(cups=3)

    until(lambda: set(Delivery.objects.values_list("sends", flat=True)) == {1})
    until(lambda: not OutboxEvent.objects.filter(published_at=None).exists())
    stopping.set()
    running.join(timeout=60)

    assert not running.is_alive()


def test_a_relay_comes_back_after_postgresql_ended_its_connections(reader: User) -> None:
    stopping = Signal()
    running = Thread(target=lambda: (relay.run(stopping), connection.close()))
    running.start()
    serve(cups=1)
    until(lambda: set(Delivery.objects.values_list("sends", flat=True)) == {1})

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    serve(cups=1)
    until(lambda: list(Delivery.objects.values_list("sends", flat=True)) == [1, 1, 1, 1])
    stopping.set()
    running.join(timeout=60)

    assert not running.is_alive()
