"""The queues in Redis (ADR 14): per book one sorted set, in which the rank of a place is how many are ahead of it.

All scores are 0, so members are ordered as strings: the places as the queue is ordered, then `~` and the version of the
queue that the set is equal to. Of each book there may be `queue:<id>` and beside it

- `…:early`: changes that came before the one they follow on, by version
- `…:lock`: somebody is building the set anew, or has just done so
- `…:late`: the version at which the set was last found behind, and since when

All of it can be lost at any instant: a set that is not of the version asked for does not answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import monotonic
from typing import Any, NamedTuple
from uuid import uuid4

from library_portal.redis import RedisError, client
from reservations.places import scripts
from reservations.places.place import Place

KEPT_SECONDS = 24 * 3600
MOST_EARLY, EARLY_SECONDS = 1000, 3600
GIVEN_UP_AFTER_MS = 2000
BUILDING_MS, REST_MS = 30_000, 3000
AT_ONCE = 1000
# While Redis is away, PostgreSQL answers at once.
AWAY_SECONDS = 5

HIGHEST_PRIORITY = 99_999
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

_away_until = 0.0


class Asked(NamedTuple):
    """How many are ahead of this place in the queue of this version?"""

    book_id: int
    version: int
    place: Place


class Answers(NamedTuple):
    """How many are ahead, None where the sets do not know, and the books whose sets are lost."""

    ahead: list[int | None]
    lost: list[int]


def member(place: Place) -> str:
    """Sorts as the queue is ordered: every number has its fixed width."""
    return f"{HIGHEST_PRIORITY - place.priority:05}{(place.queued_at - EPOCH) // MICROSECOND:016}{place.pk:019}"


def ask(asked: Sequence[Asked]) -> Answers:
    """All of it in one round trip, each in O(log n)."""
    if not asked:
        return Answers([], [])
    arguments: list[str | int] = [KEPT_SECONDS, GIVEN_UP_AFTER_MS]
    for one in asked:
        arguments += [one.version, member(one.place)]
    keys = [key for one in asked for key in (_key(one.book_id), _key(one.book_id, "late"))]
    answers = _run(scripts.ASK, keys, arguments) or [None] * len(asked)
    lost = {one.book_id for one, answer in zip(asked, answers, strict=True) if answer == "rebuild"}
    return Answers([answer if isinstance(answer, int) else None for answer in answers], sorted(lost))


def change(*, book_id: int, version: int, left: Place | None, joined: Place | None) -> None:
    """Somebody left or joined, which made the queue's version this one. For after the commit."""
    moved = f"{member(left) if left else ''},{member(joined) if joined else ''}"
    keys = [_key(book_id), _key(book_id, "early"), _key(book_id, "lock")]
    _run(scripts.CHANGE, keys, [version, moved, MOST_EARLY, EARLY_SECONDS])


def begin(book_id: int) -> str | None:
    """To build the set anew; the answer is this rebuilder's token, or None where another is at it, or just was."""
    token = uuid4().hex
    keys = [_key(book_id, *part) for part in ((), ("early",), ("lock",), ("late",))]
    return token if _run(scripts.BEGIN, keys, [token, BUILDING_MS]) else None


def finish(*, book_id: int, token: str, version: int, places: Iterable[Place]) -> None:
    """Build the set beside, let it take its place, and apply what has changed since."""
    beside = _key(book_id, token)
    try:
        for batch in _batches(f"~{version}", *map(member, places)):
            client().zadd(beside, dict.fromkeys(batch, 0))
            client().pexpire(beside, BUILDING_MS)
    except RedisError:
        return
    keys = [_key(book_id), _key(book_id, "early"), _key(book_id, "lock"), beside]
    _run(scripts.FINISH, keys, [token, KEPT_SECONDS, REST_MS])


def kept() -> Iterator[int]:
    """The books that have a set. Raises RedisError."""
    for key in client().scan_iter(match="queue:*", count=1000):
        if (book_id := key.removeprefix("queue:")).isdigit():
            yield int(book_id)


def content(book_id: int) -> list[str]:
    """Everything in the set, its version last. Raises RedisError."""
    return client().zrange(_key(book_id), 0, -1)  # type: ignore[return-value]  # no bytes, and no scores


def expected(*, version: int, places: Iterable[Place]) -> list[str]:
    """What `content` is when the set is right."""
    return [*sorted(map(member, places)), f"~{version}"]


def drop(book_id: int) -> None:
    """Raises RedisError."""
    client().unlink(_key(book_id))


def _key(book_id: int, *part: str) -> str:
    return ":".join(["queue", str(book_id), *part])


def _batches(*members: str) -> Iterator[list[str]]:
    rest = iter(members)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _run(script: str, keys: list[str], arguments: Sequence[str | int]) -> Any:
    """None while Redis is away: who asks is answered by PostgreSQL, and what changes is found out by the version."""
    global _away_until
    if monotonic() < _away_until:
        return None
    try:
        return client().register_script(script)(keys=keys, args=arguments)
    except RedisError:
        _away_until = monotonic() + AWAY_SECONDS
        return None
