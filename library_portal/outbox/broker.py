"""Publishing in batches: many messages on the wire, then one wait until the broker has confirmed them all."""

from types import TracebackType
from typing import Any, Self

import amqp
import orjson
from django.conf import settings
from kombu import Exchange
from kombu.exceptions import OperationalError as KombuError
from redis.exceptions import RedisError

from library_portal.celery import app

CONFIRM_TIMEOUT_SECONDS = 30
DELIVER = "library_portal.outbox.tasks.deliver"
EVENTS = Exchange(settings.EVENTS_EXCHANGE, type="topic", durable=True)


class NotConfirmed(Exception):
    """The broker refused a message, or did not confirm it in time."""


BROKER_ERRORS = (KombuError, amqp.AMQPError, RedisError, OSError, NotConfirmed)


class Broker:
    """One connection and channel. What was sent counts only after `confirm()`; an error means: open a new one."""

    def __init__(self) -> None:
        options = {"confirm_publish": False} if settings.BROKER_IS_RABBITMQ else {}
        self._connection = app.connection_for_write(transport_options=options)
        self._connection.ensure_connection(max_retries=1, timeout=CONFIRM_TIMEOUT_SECONDS)
        self._producer = app.amqp.Producer(self._connection.channel())
        self._unconfirmed: set[int] = set()
        self._sent = 0
        self._refused = False
        if settings.BROKER_IS_RABBITMQ:
            self._ask_for_confirms()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.release()

    def send_delivery(self, *, delivery_id: int, attempts: int, queue: str) -> None:
        app.send_task(
            DELIVER,
            args=[delivery_id, attempts],
            queue=queue,
            routing_key=f"{queue}.deliver",
            producer=self._producer,
            retry=False,
        )
        self._count()

    def send_event(self, *, event_id: int, name: str, recorded_at: str, payload: dict[str, Any]) -> None:
        """To the exchange that other systems bind to. Redis has no such thing: there, events stay inside."""
        if not settings.BROKER_IS_RABBITMQ:
            return
        self._producer.publish(
            orjson.dumps({"id": event_id, "name": name, "recorded_at": recorded_at, "payload": payload}),
            exchange=EVENTS,
            declare=[EVENTS],
            routing_key=name,
            content_type="application/json",
            content_encoding="utf-8",
            message_id=str(event_id),
            type=name,
        )
        self._count()

    def confirm(self) -> None:
        """Wait until the broker has everything. Raises NotConfirmed, or an error of the connection."""
        while self._unconfirmed and not self._refused:
            self._connection.drain_events(timeout=CONFIRM_TIMEOUT_SECONDS)
        if self._refused:
            raise NotConfirmed

    def _ask_for_confirms(self) -> None:
        channel = self._producer.channel
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)

    def _count(self) -> None:
        """RabbitMQ numbers the messages of a channel from 1."""
        if settings.BROKER_IS_RABBITMQ:
            self._sent += 1
            self._unconfirmed.add(self._sent)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._unconfirmed -= {sent for sent in self._unconfirmed if sent <= tag} if multiple else {tag}

    def _on_nack(self, _tag: int, _multiple: bool) -> None:
        self._refused = True
