"""Whether a session is still open: asked at every request, so answered from Redis where it knows.

PostgreSQL decides. Redis keeps its answer for a minute; an end overwrites it before the end is committed, and an answer
read from PostgreSQL never overwrites an end (SET NX). Without Redis, or after it forgot, PostgreSQL is asked.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Session
from library_portal.redis import RedisError, client

KEPT_SECONDS = 60
LAST_USED_EVERY = timedelta(minutes=5)
OPEN, ENDED = "open", "ended"

logger = logging.getLogger(__name__)


def is_open(*, session_id: UUID | str, now: datetime) -> bool:
    return (_remembered(session_id) or _looked_up(session_id, now)) == OPEN


def forget_open(session_ids: Iterable[UUID]) -> None:
    """Call inside the transaction that ends them: should it fail, Redis asks PostgreSQL again a minute later."""
    try:
        with client().pipeline() as pipeline:
            for session_id in session_ids:
                pipeline.set(_key(session_id), ENDED, ex=KEPT_SECONDS)
            pipeline.execute()
    except RedisError as error:
        logger.warning("Redis was not told of ended sessions: %s", type(error).__name__)


def _remembered(session_id: UUID | str) -> str | None:
    try:
        return client().get(_key(session_id))  # type: ignore[return-value]
    except RedisError:
        return None


def _looked_up(session_id: UUID | str, now: datetime) -> str:
    session = Session.objects.filter(pk=session_id, ended_at=None, expires_at__gt=now, user__is_active=True).first()
    if session and session.last_used_at < now - LAST_USED_EVERY:
        Session.objects.filter(pk=session_id).update(last_used_at=now)
    state = OPEN if session else ENDED
    try:
        client().set(_key(session_id), state, ex=KEPT_SECONDS, nx=True)
    except RedisError:
        logger.debug("Redis is away; sessions are read from PostgreSQL")
    return state


def _key(session_id: UUID | str) -> str:
    return f"session:{session_id}"
