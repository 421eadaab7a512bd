"""Events, recorded in the transaction that makes them true and delivered at least once (architecture.md, "Events").

`record(event)` and `@subscribe(...)` are the whole interface for the apps; the relay and the workers do the rest.
"""

from django.dispatch import Signal

from library_portal.outbox.registry import Event, subscribe

__all__ = ["Event", "record", "recorded", "subscribe"]

# Sent by `record` with its `event`, inside the transaction that makes it true: a receiver that raises undoes it.
recorded = Signal()


def record(event: Event) -> int:
    """Write the event and one delivery per subscribed handler; returns the event's id. Needs an open transaction."""
    from library_portal.outbox.recording import record as record_event

    event_id = record_event(event)
    recorded.send(sender=type(event), event=event)
    return event_id
