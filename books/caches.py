"""Answers kept as bytes in Redis, each under the current stamp of what it shows; a change takes a new stamp.

Without Redis everything is read from PostgreSQL. Stamps are random: a Redis that forgot one can't
bring old answers back.
"""

import logging
from collections.abc import Callable
from functools import partial
from uuid import uuid4

from django.db import transaction

from library_portal.redis import RedisError, client

logger = logging.getLogger(__name__)

KEPT_SECONDS = 60
STAMP_SECONDS = 24 * 3600
LISTS = "catalogue:lists"


def book_scope(book_id: int) -> str:
    return f"catalogue:book:{book_id}"


def kept(scope: str, key: str, build: Callable[[], bytes]) -> bytes:
    """The answer under `key`, built when it is not there or out of date."""
    try:
        place = f"{scope}:{_stamp(scope)}:{key}"
        if (found := client().get(place)) is not None:
            return found.encode()
    except RedisError:
        return build()
    built = build()
    _keep(place, built)
    return built


def _stamp(scope: str) -> str:
    fresh = uuid4().hex
    return client().set(scope, fresh, nx=True, get=True, ex=STAMP_SECONDS) or fresh


def _keep(place: str, built: bytes) -> None:
    try:
        client().set(place, built, ex=KEPT_SECONDS)
    except RedisError:
        logger.warning("An answer could not be kept: Redis is away")


def renew(*book_ids: int) -> None:
    """Makes every kept answer about these books, and every kept list, out of date. Raises RedisError."""
    with client().pipeline(transaction=False) as pipeline:
        for scope in (LISTS, *map(book_scope, book_ids)):
            pipeline.set(scope, uuid4().hex, ex=STAMP_SECONDS)
        pipeline.execute()


def renew_on_commit(*book_ids: int) -> None:
    transaction.on_commit(partial(_renew_or_leave, book_ids))


def _renew_or_leave(book_ids: tuple[int, ...]) -> None:
    """Kept answers live for seconds only, and the event about the change renews them too."""
    try:
        renew(*book_ids)
    except RedisError:
        logger.warning("Kept answers could not be renewed: Redis is away")
