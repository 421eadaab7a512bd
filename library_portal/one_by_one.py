"""Periodic work on many things of which one may fail: the others are done all the same, and each has its turn."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from django.core.cache import cache
from django.db import DatabaseError, connection

from library_portal.errors import PortalError

WEEK = 7 * 24 * 3600

logger = logging.getLogger(__name__)


@contextmanager
def on_its_own(what: str, number: int) -> Iterator[None]:
    """A refusal or an error of the database about this one is logged; a lost connection is nobody's fault."""
    try:
        yield
    except (PortalError, DatabaseError) as error:
        if not connection.is_usable():
            raise
        logger.error("%s %d was left as it is (%s)", what, number, type(error).__name__, exc_info=error)


def in_turn(
    name: str, ids_after: Callable[[int], Sequence[int]], *, seconds: float, clock: Callable[[], float] = monotonic
) -> Iterator[int]:
    """Each id once, smallest first, until the time is over; the next run of this name begins where this one stopped.

    So those that fail, or take long, do not keep the others from ever having their turn. `ids_after` gives the next few
    ids above one. Without the cache every run begins at the first.
    """
    ends_at, key = clock() + seconds, f"in-turn:{name}"
    began_after: int = cache.get(key, 0)
    for number in _round(ids_after, began_after):
        yield number
        if clock() >= ends_at:
            cache.set(key, number, timeout=WEEK)
            return
    cache.delete(key)


def _round(ids_after: Callable[[int], Sequence[int]], began_after: int) -> Iterator[int]:
    """From there to the end, then from the first to there."""
    yield from _from(ids_after, began_after)
    if began_after:
        for number in _from(ids_after, 0):
            if number > began_after:
                return
            yield number


def _from(ids_after: Callable[[int], Sequence[int]], after: int) -> Iterator[int]:
    while ids := ids_after(after):
        yield from ids
        after = ids[-1]
