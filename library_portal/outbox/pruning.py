"""What is done and published is kept for a while for whoever asks what happened, then deleted."""

from datetime import datetime, timedelta

from django.db import connection

KEPT_FOR = timedelta(days=7)
BATCH = 1000
# Events without an open delivery go together with their finished ones; dead letters keep theirs.
DELETE = """
    WITH old AS (
        SELECT id FROM outbox_outboxevent AS event
        WHERE published_at < %(before)s AND NOT EXISTS (
            SELECT FROM outbox_delivery WHERE event_id = event.id AND (status <> 'done' OR done_at >= %(before)s)
        )
        ORDER BY published_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM outbox_delivery WHERE event_id IN (SELECT id FROM old)
    )
    DELETE FROM outbox_outboxevent WHERE id IN (SELECT id FROM old)
"""


def prune(*, now: datetime) -> int:
    """Delete events finished more than `KEPT_FOR` ago, a batch per transaction; returns how many."""
    total = 0
    while deleted := _delete_batch(before=now - KEPT_FOR):
        total += deleted
    return total


def _delete_batch(*, before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(DELETE, {"before": before, "batch": BATCH})
        return cursor.rowcount
