"""Which handler wants which event, on which queue."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


class Event:
    """Base of every event: a frozen dataclass of ids, strings and ISO times with a `name` as in the HTTP contract."""

    name: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload]


@dataclass(frozen=True)
class Delivered:
    """What a handler is given: the event's id (its version: ids grow in the order recorded), name and payload."""

    event_id: int
    name: str
    payload: dict[str, Any]
    recorded_at: str


class NotWorthRetrying(Exception):
    """Base of what a handler raises when any other try would end the same: its delivery is a dead letter at once."""


Handler = Callable[[Delivered], None]


@dataclass(frozen=True)
class Subscription:
    handler_name: str
    queue: str
    handler: Handler
    atomic: bool = True


_by_event: dict[str, list[Subscription]] = {}
_by_handler: dict[str, Subscription] = {}


def subscribe(*events: type[Event], queue: str, atomic: bool = True) -> Callable[[Handler], Handler]:
    """Register an idempotent handler for these events on one of `settings.WORK_QUEUES`.

    The handler runs inside the transaction that marks its delivery done: what it writes to PostgreSQL happens once.
    With `atomic=False` it runs before that transaction, for work that needs several small transactions of its own.
    """

    def register(handler: Handler) -> Handler:
        name = handler_name(handler)
        subscription = Subscription(name, queue, handler, atomic)
        _by_handler[name] = subscription
        for event in events:
            _by_event.setdefault(event.name, []).append(subscription)
        return handler

    return register


def handler_name(handler: Handler) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"


def subscriptions_of(event_name: str) -> list[Subscription]:
    return _by_event.get(event_name, [])


def subscriptions_by_event() -> Mapping[str, list[Subscription]]:
    """All of them, by the event's name."""
    return _by_event


def subscription_named(handler_name: str) -> Subscription:
    """Raises KeyError for a handler that this version of the portal no longer has."""
    return _by_handler[handler_name]
