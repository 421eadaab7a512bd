"""What the outbox knows of what has happened, and of what is still to be done about it."""

from collections.abc import Collection
from typing import Any

from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.outbox.registry import Event, subscriptions_of

# Events get their numbers before they are committed, and who records one has read before that: so many earlier ones may
# have been unseen then.
UNSEEN = 5_000


def is_under_way(event: type[Event], **facts: Any) -> bool:
    """Whether a handler still has such an event before it; a dead letter is not."""
    handlers = [subscription.handler_name for subscription in subscriptions_of(event.name)]
    waiting = Delivery.objects.filter(status=Delivery.Status.WAITING, handler__in=handlers, event__name=event.name)
    return waiting.filter(**{f"event__payload__{name}": value for name, value in facts.items()}).exists()


def told_since(event_id: int, events: Collection[type[Event]], fact: str) -> set[Any]:
    """What these events, recorded after that one or a little before, say by this name in their payloads."""
    later = OutboxEvent.objects.filter(pk__gt=event_id - UNSEEN, name__in=[event.name for event in events])
    return set(later.values_list(f"payload__{fact}", flat=True))
