"""Whether a session is still open: asked at every request, so answered from Redis where it knows.

PostgreSQL decides. Redis keeps its answer for a minute; an end overwrites it before the end is committed and right
after, and an answer read from PostgreSQL never overwrites an end (SET NX). Without Redis, or after it forgot,
PostgreSQL is asked.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from accounts.models import STAFF_ROLES, Session
from library_portal.redis import RedisError, client

KEPT_SECONDS = 60
LAST_USED_EVERY = timedelta(minutes=5)
OPEN, ENDED = "open", "ended"

logger = logging.getLogger(__name__)


def expiry(*, channel: str, role: str, opened_at: datetime, used_at: datetime) -> datetime:
    """When a session opened then and last used then is over: its whole life is limited, and how long it may idle."""
    if channel == Session.Channel.API:
        lifetime, idle = settings.API_SESSION_LIFETIME, settings.REFRESH_TOKEN_LIFETIME
    elif role in STAFF_ROLES:
        lifetime, idle = settings.STAFF_SESSION_LIFETIME, settings.STAFF_SESSION_IDLE
    else:
        lifetime = idle = settings.WEB_SESSION_LIFETIME
    return opened_at + min(lifetime, used_at - opened_at + idle)


def is_open(*, session_id: UUID | str, now: datetime) -> bool:
    return (_remembered(session_id) or _looked_up(session_id, now)) == OPEN


def forget_open(session_ids: Iterable[UUID]) -> None:
    """Call inside the transaction that ends them, and after it: should it fail, PostgreSQL is asked a minute later."""
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
    found = Session.objects.filter(pk=session_id, ended_at=None, expires_at__gt=now, user__is_active=True)
    session = found.annotate(role=F("user__role")).first()
    if session and session.last_used_at < now - LAST_USED_EVERY:
        _note_use(session, now)
    state = OPEN if session else ENDED
    seconds_left = (session.expires_at - now).total_seconds() if session else KEPT_SECONDS
    try:
        client().set(_key(session_id), state, px=int(1000 * min(KEPT_SECONDS, seconds_left)) or 1, nx=True)
    except RedisError:
        logger.debug("Redis is away; sessions are read from PostgreSQL")
    return state


def _note_use(session: Any, now: datetime) -> None:
    """On the web, use is what keeps a session from idling; in an app, refreshing is."""
    changes = {"last_used_at": now}
    if session.channel == Session.Channel.WEB:
        session.expires_at = changes["expires_at"] = expiry(
            channel=session.channel, role=session.role, opened_at=session.created_at, used_at=now
        )
    Session.objects.filter(pk=session.pk).update(**changes)


def _key(session_id: UUID | str) -> str:
    return f"session:{session_id}"
