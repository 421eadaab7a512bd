"""Building a queue's set from PostgreSQL, and comparing the two."""

import logging

from django.db import connection

from reservations.places import sets
from reservations.places.counting import waiting
from reservations.places.place import ORDER, Place

logger = logging.getLogger(__name__)

# How many sets one reader builds; the next reader goes on.
AT_ONCE = 3


def rebuild(book_ids: list[int]) -> None:
    """Not inside a transaction: what it has read there may never become true."""
    if connection.in_atomic_block:
        return
    for book_id in book_ids[:AT_ONCE]:
        if token := sets.begin(book_id):
            version, places = snapshot(book_id)
            sets.finish(book_id=book_id, token=token, version=version, places=places)


def snapshot(book_id: int) -> tuple[int, list[Place]]:
    """The queue's version and its places as of one instant, in one statement; version 0 when nobody waits."""
    places = waiting().filter(book_id=book_id).order_by(*ORDER)
    rows = list(places.values_list("book__queue_version", "priority", "queued_at", "pk"))
    return rows[0][0] if rows else 0, [Place(*row[1:]) for row in rows]


def drop_what_differs() -> int:
    """Compare all sets with PostgreSQL; returns how many differed from the queue of their own version.

    A set of another version is behind for a moment, or until its next reader. Raises RedisError.
    """
    different = what_differs()
    for book_id in different:
        logger.warning("The set of a queue differed from the queue and was dropped: book %s", book_id)
        sets.drop(book_id)
    return len(different)


def what_differs() -> list[int]:
    """The books whose set is not the queue of its own version. Raises RedisError."""
    return [book_id for book_id in sets.kept() if _differs(book_id)]


def _differs(book_id: int) -> bool:
    found = sets.content(book_id)
    version, places = snapshot(book_id)
    expected = sets.expected(version=version, places=places)
    return found[-1:] == expected[-1:] and found != expected
