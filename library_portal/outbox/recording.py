"""Writing events into the outbox."""

from django.db import connection, transaction

from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.outbox.registry import Event, subscriptions_of

CHANNEL = "outbox"


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
