"""Events, recorded in the transaction that makes them true and delivered at least once (architecture.md, "Events").

`record(event)` and `@subscribe(...)` are the whole interface for the apps; the relay and the workers do the rest.
"""

from library_portal.outbox.registry import Event, subscribe

__all__ = ["Event", "latest_event_id", "record", "subscribe"]


def record(event: Event) -> int:
    """Write the event and one delivery per subscribed handler; returns the event's id. Needs an open transaction."""
    from library_portal.outbox.recording import record as record_event

    return record_event(event)


def latest_event_id() -> int:
    """The id of the newest event, 0 before the first: every event recorded from now on has a greater one."""
    from library_portal.outbox.models import OutboxEvent

    newest = OutboxEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0
