"""The checks by name, and how one finds what breaks its rule."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

# So many of each kind are shown; the count says how many there are.
SHOWN = 20
# What a process has begun may be written down by it this much later: clocks differ, requests wait for locks.
SOON = timedelta(minutes=1)
# Events are delivered, holds end and the sweep has passed twice within this time.
WORK_UNDER_WAY = timedelta(minutes=10)


@dataclass(frozen=True)
class Moment:
    """When is looked. Of a portal that is `settled` nothing is expected to be under way."""

    now: datetime
    settled: bool = False

    @property
    def grace(self) -> timedelta:
        return timedelta(0) if self.settled else WORK_UNDER_WAY

    def values(self) -> dict[str, Any]:
        """What every SELECT may name."""
        return {
            "now": self.now,
            "today": timezone.localdate(self.now),
            "long_ago": self.now - self.grace,
            "soon": SOON,
            "zone": settings.TIME_ZONE,
        }


@dataclass(frozen=True)
class Findings:
    """How many break the rule, and the first of them: what is wrong in words, and the ids and values in it.

    `not_checked` says why a rule could not be checked; that is no finding.
    """

    count: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)
    not_checked: str = ""


Check = Callable[[Moment], Findings]


class Register(dict[str, Check]):
    """The checks of one kind of rules, in the order they are run."""

    def check(self, name: str) -> Callable[[Check], Check]:
        """Register what looks for breaches of one rule."""

        def register(function: Check) -> Check:
            self[name] = function
            return function

        return register


def find(moment: Moment, words: str, select: str, **values: Any) -> Findings:
    """The rows of the SELECT break the rule; `words` say so with the row's columns."""
    counted = f"SELECT found.*, count(*) OVER () AS total FROM ({select}) AS found ORDER BY 1 LIMIT {SHOWN}"  # noqa: S608 - constants
    with connection.cursor() as cursor:
        cursor.execute(counted, moment.values() | values)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    total = rows[0]["total"] if rows else 0
    return Findings(total, [_finding(words, row) for row in rows])


def _finding(words: str, row: dict[str, Any]) -> dict[str, Any]:
    del row["total"]
    return {"what": words.format(**row), **row}
