"""Writing events into the outbox."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.outbox.registry import Event, Handler, handler_name, subscriptions_of

CHANNEL = "outbox"
INSERT_EVENTS = """
    INSERT INTO outbox_outboxevent (name, payload)
    SELECT name, payload FROM unnest(%s::text[], %s::jsonb[]) WITH ORDINALITY AS event(name, payload, place)
    ORDER BY place
    RETURNING id
"""
INSERT_DELIVERIES = """
    INSERT INTO outbox_delivery (event_id, handler, queue, status, sends, attempts, last_error, send_after)
    SELECT event_id, %s, %s, 'waiting', 0, 0, '', statement_timestamp() + make_interval(secs => %s)
    FROM unnest(%s::bigint[]) AS event_id
"""


def record(event: Event) -> int:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction that makes it true")
    row = OutboxEvent.objects.create(name=event.name, payload=event.payload())
    Delivery.objects.bulk_create(
        Delivery(event=row, handler=wanted.handler_name, queue=wanted.queue) for wanted in subscriptions_of(event.name)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return row.pk


def record_many(events: Sequence[Event], *, later_for: Handler | None = None, is_delivered: bool = True) -> list[int]:
    """Records all in a few statements; the ids in the order of the events. Needs an open transaction.

    With `is_delivered` false only other systems hear of them: the portal's handlers are told in another way.

    `later_for` is a handler whose work the caller does itself right after the commit, and reports by `done_by_caller`.
    Its deliveries wait for the time of a lease, and are sent should the caller have died.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction that makes it true")
    with connection.cursor() as cursor:
        cursor.execute(INSERT_EVENTS, [[event.name for event in events], [_json(event) for event in events]])
        ids = [event_id for (event_id,) in cursor.fetchall()]
        for name in {event.name for event in events if is_delivered}:
            of_this_name = [event_id for event_id, event in zip(ids, events, strict=True) if event.name == name]
            _insert_deliveries(cursor, name, of_this_name, handler_name(later_for) if later_for else "")
        cursor.execute(f"NOTIFY {CHANNEL}")
    return ids


def _json(event: Event) -> str:
    return orjson.dumps(event.payload()).decode()


def _insert_deliveries(cursor: Any, event_name: str, event_ids: list[int], later_for: str) -> None:
    for wanted in subscriptions_of(event_name):
        seconds = settings.DELIVERY_LEASE_SECONDS if wanted.handler_name == later_for else 0
        cursor.execute(INSERT_DELIVERIES, [wanted.handler_name, wanted.queue, seconds, event_ids])


def done_by_caller(event_ids: Sequence[int], handler: Handler) -> None:
    """The caller of `record_many` has done this handler's work for these events."""
    waiting = Delivery.objects.filter(handler=handler_name(handler), status=Delivery.Status.WAITING)
    waiting.filter(event__in=event_ids).update(status=Delivery.Status.DONE, done_at=Now())
