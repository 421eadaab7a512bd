"""The one Redis client. Everything in Redis can be lost: who uses it says what happens without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from library_portal.errors import ServiceUnavailable

__all__ = ["RedisError", "client", "required"]


@cache
def client() -> Redis:
    """The shared, thread-safe client; strings come back as `str`. Raises `RedisError` when Redis is away."""
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
        socket_timeout=settings.REDIS_TIMEOUT_SECONDS,
    )


@contextmanager
def required() -> Iterator[None]:
    """Around what can't be done without Redis. Raises ServiceUnavailable when it is away."""
    try:
        yield
    except RedisError as error:
        raise ServiceUnavailable from error
