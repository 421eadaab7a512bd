"""Writing events into the outbox."""

from collections.abc import Collection, Sequence

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from library_portal.outbox.models import Delivery
from library_portal.outbox.registry import Event, Handler, handler_name, subscriptions_of

CHANNEL = "outbox"
# Ids grow in the order given. The relay is woken once, at the commit.
INSERT = """
    WITH event AS (
        INSERT INTO outbox_outboxevent (name, payload)
        SELECT name, payload FROM unnest(%s::text[], %s::jsonb[]) WITH ORDINALITY AS event(name, payload, place)
        ORDER BY place
        RETURNING id, name
    ), delivery AS (
        INSERT INTO outbox_delivery (event_id, handler, queue, status, sends, attempts, last_error, send_after)
        SELECT id, handler, queue, 'waiting', 0, 0, '', statement_timestamp() + make_interval(secs => seconds)
        FROM event
        JOIN unnest(%s::text[], %s::text[], %s::text[], %s::int[]) AS wanted(name, handler, queue, seconds) USING (name)
        ORDER BY id
    )
    SELECT array_agg(id ORDER BY id), pg_notify(%s, '') FROM event
"""


def record(event: Event) -> int:
    [event_id] = record_many([event])
    return event_id


def record_many(events: Sequence[Event], *, later_for: Handler | None = None, is_delivered: bool = True) -> list[int]:
    """Records all in one statement; the ids in the order of the events. Needs an open transaction.

    With `is_delivered` false only other systems hear of them: the portal's handlers are told in another way.

    `later_for` is a handler whose work the caller does itself right after the commit, and reports by `done_by_caller`.
    Its deliveries wait for the time of a lease, and are sent should the caller have died.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction that makes it true")
    names = [event.name for event in events]
    wanted = _wanted(set(names), handler_name(later_for) if later_for else "") if is_delivered else []
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], [], [], []]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [names, [_json(event) for event in events], *columns, CHANNEL])
        ids, _notified = cursor.fetchone()
    return ids or []


def _json(event: Event) -> str:
    return orjson.dumps(event.payload()).decode()


def _wanted(names: Collection[str], later_for: str) -> list[tuple[str, str, str, int]]:
    """Event, handler, queue, and in how many seconds it is to be sent."""
    lease = settings.DELIVERY_LEASE_SECONDS
    return [
        (name, wanted.handler_name, wanted.queue, lease if wanted.handler_name == later_for else 0)
        for name in names
        for wanted in subscriptions_of(name)
    ]


def done_by_caller(event_ids: Sequence[int], handler: Handler) -> None:
    """The caller of `record_many` has done this handler's work for these events."""
    waiting = Delivery.objects.filter(handler=handler_name(handler), status=Delivery.Status.WAITING)
    waiting.filter(event__in=event_ids).update(status=Delivery.Status.DONE, done_at=Now())
