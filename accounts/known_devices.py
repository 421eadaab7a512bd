"""Where a person has logged in before: an address, or a browser with a signed cookie.

Guesses from there are counted on their own, so whatever strangers try elsewhere, the owner still gets in. Neither opens
anything: the password and the code are asked for as ever. Places are kept in Redis, like the counts they matter for.
"""

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing

from library_portal.addresses import address_block
from library_portal.redis import RedisError, client

SALT = "accounts.known_devices"
PLACES_KEPT = 20

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Badge:
    """What a browser shows to be known: this person has logged in with it."""

    user_id: int
    number: str


@dataclass(frozen=True)
class Device:
    """What a request tells about where it comes from."""

    address: str | None = None
    user_agent: str = ""
    badge: Badge | None = None

    def number_for(self, user_id: int | None) -> str:
        """The number of this person's badge, if the browser has one."""
        return self.badge.number if self.badge and self.badge.user_id == user_id else ""


def badge_for(user_id: int, *, device: Device) -> str:
    """The signed cookie of this person's browser; one that has a badge of theirs keeps its number."""
    return signing.dumps([user_id, device.number_for(user_id) or secrets.token_urlsafe(12)], salt=SALT)


def read_badge(cookie: str) -> Badge | None:
    """None for a cookie that is forged, too old or absent."""
    try:
        user_id, number = signing.loads(cookie, salt=SALT, max_age=timedelta(days=settings.KNOWN_DEVICE_DAYS))
    except signing.BadSignature:
        return None
    return Badge(user_id, number)


def remember_place(*, user_id: int, address: str | None) -> None:
    """The newest places of a person; without Redis it is not remembered."""
    key, lifetime = _key(user_id), timedelta(days=settings.KNOWN_PLACE_DAYS)
    try:
        with client().pipeline() as pipeline:
            pipeline.zadd(key, {address_block(address): time.time()})
            pipeline.zremrangebyrank(key, 0, -PLACES_KEPT - 1)
            pipeline.expire(key, lifetime)
            pipeline.execute()
    except RedisError:
        logger.warning("Redis is away: the place of a login is not remembered")


def forget_places(*, user_id: int) -> None:
    """Without Redis they are forgotten when their time is over."""
    try:
        client().delete(_key(user_id))
    except RedisError:
        logger.warning("Redis is away: the places of a person are not forgotten yet")


def is_known_place(*, user_id: int | None, address: str | None) -> bool:
    """Asks Redis for a person who does not exist too: the answer takes as long."""
    try:
        logged_in_at = client().zscore(_key(user_id or 0), address_block(address))
    except RedisError:
        return False
    oldest = time.time() - timedelta(days=settings.KNOWN_PLACE_DAYS).total_seconds()
    return logged_in_at is not None and float(logged_in_at) > oldest  # type: ignore[arg-type]


def _key(user_id: int) -> str:
    return f"known-places:{user_id}"
