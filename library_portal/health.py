"""`/health/live/`: the process is up. `/health/ready/`: each part it leans on; only PostgreSQL is indispensable."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from pymongo.errors import PyMongoError
from redis import Redis
from redis.exceptions import RedisError

from library_portal import mongo

TIMEOUT_SECONDS = 1.5
LATE_SECONDS = 60

Facts = dict[str, Any]


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """503 when PostgreSQL is down; `degraded` when another part is (what then fails: docs/operations.md)."""
    parts = _check_side_by_side()
    is_ready = parts["postgresql"]["state"] == "ok"
    is_whole = all(part["state"] == "ok" for part in parts.values())
    status = "down" if not is_ready else "ok" if is_whole else "degraded"
    return JsonResponse({"status": status, "parts": parts}, status=200 if is_ready else 503)


def _check_side_by_side() -> dict[str, Facts]:
    checks: dict[str, Callable[[], Facts]] = {
        "postgresql": _postgresql,
        "outbox": _outbox,
        "redis": lambda: _redis(settings.REDIS_URL),
        "broker": _broker,
        "search": _search,
    }
    pool = ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="health")
    running = {name: pool.submit(_timed, check) for name, check in checks.items()}
    wait(running.values(), timeout=TIMEOUT_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    return {name: _facts(future) for name, future in running.items()}


def _facts(future: Future[Facts]) -> Facts:
    return future.result() if future.done() and not future.cancelled() else {"state": "down", "reason": "timeout"}


def _timed(check: Callable[[], Facts]) -> Facts:
    """What the check found, or the kind of its error: never the message, which may hold an address or a password."""
    started = time.monotonic()
    try:
        facts = check()
    except (psycopg.Error, RedisError, PyMongoError, OSError) as error:
        return {"state": "down", "reason": type(error).__name__}
    return {"state": "ok", "milliseconds": round((time.monotonic() - started) * 1000, 1)} | facts


def _query(sql: str) -> Any:
    """On a connection of its own: the web server's may be the one that hangs."""
    parameters = connection.get_connection_params() | {
        "connect_timeout": 2,
        "options": f"-c statement_timeout={int(TIMEOUT_SECONDS * 1000)}",
    }
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters) as own, own.cursor() as cursor:
        return cursor.execute(sql).fetchone()


def _postgresql() -> Facts:
    _query("SELECT 1")
    return {}


def _outbox() -> Facts:
    """How long the oldest waiting delivery has been due, in seconds, and how many have become dead letters."""
    lag, dead = _query(
        "SELECT coalesce(extract(epoch FROM now() - min(event.recorded_at)), 0)::int,"
        " (SELECT count(*) FROM outbox_delivery WHERE status = 'dead')"
        " FROM outbox_delivery delivery JOIN outbox_outboxevent event ON event.id = delivery.event_id"
        " WHERE delivery.status = 'waiting' AND delivery.attempts = 0"
    )
    return {"lag_seconds": lag, "dead_letters": dead} | ({"state": "late"} if lag > LATE_SECONDS else {})


def _redis(url: str) -> Facts:
    with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as redis:
        redis.ping()
    return {}


def _broker() -> Facts:
    if not settings.BROKER_IS_RABBITMQ:
        return _redis(settings.BROKER_URL) | {"kind": "redis"}
    with Connection(settings.BROKER_URL, connect_timeout=1) as broker:
        broker.connect()
    return {"kind": "rabbitmq"}


def _search() -> Facts:
    if not settings.MONGO_URL:
        return {"kind": "postgresql"}
    mongo.database().command("ping")
    return {"kind": "mongodb"}
