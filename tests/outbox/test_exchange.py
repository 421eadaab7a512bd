"""Other systems hear of every event on RabbitMQ's topic exchange, in the order recorded."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from kombu import Connection, Exchange, Queue

from accounts.models import User
from library_portal.outbox import record
from library_portal.outbox.models import OutboxEvent
from tests.faults.processes import PROJECT, environment
from tests.outbox.happenings import TeaServed

pytestmark = [pytest.mark.rabbitmq, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def subscriber() -> Iterator[Queue]:
    """Another system's queue, for events of the tests only."""
    with Connection(os.environ["TEST_RABBITMQ_URL"]) as rabbitmq:
        exchange = Exchange("library.events", type="topic", durable=True)
        queue = Queue("", exchange, routing_key="tests.#", exclusive=True)(rabbitmq.channel())
        queue.declare()
        yield queue


def test_every_event_is_published_as_json_in_the_order_recorded(
    subscriber: Queue, reader: User, tmp_path: Path
) -> None:
    with transaction.atomic():
        recorded = [record(TeaServed(cup=cup)) for cup in range(300)]
    processes = environment(broker_url=os.environ["TEST_RABBITMQ_URL"], var_dir=tmp_path)

    relay = subprocess.run(
        [sys.executable, "manage.py", "relay_outbox", "--once"],
        cwd=PROJECT,
        env=processes | {"DELIVERY_LEASE_SECONDS": "600"},  # no worker runs: a slow relay would send some twice
        capture_output=True,
        text=True,
        check=True,
    )

    assert relay.stdout == "900 messages sent\n"
    received = list(iter(lambda: subscriber.get(no_ack=True), None))
    assert [message.payload["id"] for message in received] == recorded
    first = OutboxEvent.objects.get(pk=recorded[0])
    assert received[0].payload == {
        "id": first.pk,
        "name": "tests.tea_served",
        "recorded_at": first.recorded_at.isoformat(),
        "payload": {"cup": 0, "spoiled": False},
    }
    assert received[0].properties["message_id"] == str(first.pk)
    assert received[0].delivery_info["routing_key"] == "tests.tea_served"
    assert received[0].properties["delivery_mode"] == 2
    assert not OutboxEvent.objects.filter(published_at=None).exists()
