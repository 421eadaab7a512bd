"""The relay: from the outbox to the broker. Many may run side by side, and each may be killed at any instant.

A claimed delivery is not due again before its lease ends. Only a worker says that it is done, so whatever gets lost on
the way, claimed but not sent or sent but not done, is due again and sent once more.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from library_portal.outbox.broker import BROKER_ERRORS, Broker
from library_portal.outbox.models import OutboxEvent
from library_portal.outbox.recording import CHANNEL

BATCH = 200
POLL_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30
# Sent again and again without being done (no worker runs): each wait is twice the last, up to this many seconds.
LONGEST_LEASE_SECONDS = 3600
PUBLISHER_LOCK = 7_105_021

LOST = (OperationalError, InterfaceError, psycopg.OperationalError, *BROKER_ERRORS)
Listener = psycopg.Connection[Any]

logger = logging.getLogger(__name__)


class Claimed(NamedTuple):
    delivery_id: int
    attempts: int
    queue: str


def run(stopping: threading.Event) -> None:
    """Relay until told to stop; when PostgreSQL or the broker goes away, come back with growing pauses."""
    failures = 0
    while not stopping.is_set():
        try:
            with listening() as listener, Broker() as broker:
                failures = 0
                _relay_until_stopped(listener, broker, stopping)
        except LOST as error:
            failures += 1
            pause = min(2 ** (failures - 1), LONGEST_PAUSE_SECONDS)
            logger.warning("The relay lost a connection (%s); it tries again in %d s", type(error).__name__, pause)
            connection.close()
            stopping.wait(pause)


def _relay_until_stopped(listener: Listener, broker: Broker, stopping: threading.Event) -> None:
    while not stopping.is_set():
        if not relay_batch(listener, broker):
            _wait_for_news(listener)


def relay_batch(listener: Listener, broker: Broker) -> int:
    """Send what is due, at most a batch of deliveries and a batch of events; returns how many."""
    return send_deliveries(broker) + publish_events(listener, broker)


def drain() -> int:
    """Send everything that is due now, then return how many messages that were."""
    total = 0
    with listening() as listener, Broker() as broker:
        while sent := relay_batch(listener, broker):
            total += sent
    return total


def send_deliveries(broker: Broker) -> int:
    claimed = claim(BATCH)
    for delivery in claimed:
        broker.send_delivery(**delivery._asdict())
    broker.confirm()
    return len(claimed)


def claim(limit: int) -> list[Claimed]:
    """Due deliveries, oldest first, which no other relay claims before the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT id FROM outbox_delivery
                WHERE status = 'waiting' AND send_after <= now()
                ORDER BY send_after, id LIMIT %s FOR UPDATE SKIP LOCKED
            )
            UPDATE outbox_delivery AS delivery
            SET send_after = clock_timestamp() + make_interval(secs => least(%s * power(2, least(sends, 12)), %s)),
                sends = least(sends + 1, 10000)
            FROM due WHERE delivery.id = due.id
            RETURNING delivery.id, delivery.attempts, delivery.queue
            """,
            [limit, settings.DELIVERY_LEASE_SECONDS, LONGEST_LEASE_SECONDS],
        )
        return sorted(Claimed(*row) for row in cursor.fetchall())


def publish_events(listener: Listener, broker: Broker) -> int:
    """Tell the world, in the order recorded: only one relay at a time, the one that holds the lock while it lives."""
    if not _may_publish(listener):
        return 0
    events = list(OutboxEvent.objects.filter(published_at=None).order_by("id")[:BATCH])
    for event in events:
        broker.send_event(
            event_id=event.pk, name=event.name, recorded_at=event.recorded_at.isoformat(), payload=event.payload
        )
    broker.confirm()
    if events:
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(published_at=timezone.now())
    return len(events)


def _may_publish(listener: Listener) -> bool:
    """Whoever has it may take it again; PostgreSQL frees it when the connection ends."""
    row = listener.execute("SELECT pg_try_advisory_lock(%s)", [PUBLISHER_LOCK]).fetchone()
    return bool(row and row[0])


@contextmanager
def listening() -> Iterator[Listener]:
    """A connection of its own that hears of every commit with an event in it."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        yield listener


def _wait_for_news(listener: Listener) -> None:
    """Until a commit with an event, or `POLL_SECONDS` for what only became due."""
    for _notice in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
        return
