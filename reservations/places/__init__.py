"""Places in the waiting queues: their order, and how many are ahead of each (ADR 14).

Redis answers where its set is of the version of the queue that was asked for, PostgreSQL otherwise.
"""

from collections.abc import Sequence

from reservations.models import Reservation
from reservations.places import sets
from reservations.places.counting import count_ahead, count_ahead_of, waiting
from reservations.places.place import ORDER, Place, ahead_of, behind, comes_after, in_order, newcomers, place_of
from reservations.places.rebuilding import drop_what_differs, rebuild
from reservations.places.sets import Asked

__all__ = [
    "ORDER",
    "Asked",
    "Place",
    "ahead_of",
    "behind",
    "comes_after",
    "drop_what_differs",
    "in_order",
    "newcomers",
    "place_of",
]


def how_many_ahead(asked: Asked) -> int:
    """Of a place that is taken, or would be. The version was read from PostgreSQL together with it."""
    (ahead,), lost = sets.ask([asked])
    if ahead is None:
        ahead = count_ahead(asked.place, book_id=asked.book_id, among=waiting())
    rebuild(lost)
    return ahead


def how_many_ahead_of(rows: Sequence[Reservation]) -> dict[int, int]:
    """Of each of these, which wait and were read together with their books; one round trip and one query at most."""
    answers, lost = sets.ask([_asked(row) for row in rows])
    ahead = {row.pk: answer for row, answer in zip(rows, answers, strict=True) if answer is not None}
    if unknown := [row.pk for row in rows if row.pk not in ahead]:
        ahead |= count_ahead_of(unknown, among=waiting())
    rebuild(lost)
    return ahead


def _asked(row: Reservation) -> Asked:
    book = row.remembered_book
    return Asked(book.pk, book.queue_version, place_of(row))
