"""Running checks, one after the other, on one view of the data."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from library_portal.auditing.register import Check, Findings, Moment


@dataclass(frozen=True)
class Report:
    """What each check found, by its name."""

    findings: dict[str, Findings]

    @property
    def wrong(self) -> dict[str, Findings]:
        return {name: found for name, found in self.findings.items() if found.count}

    @property
    def not_checked(self) -> dict[str, str]:
        return {name: found.not_checked for name, found in self.findings.items() if found.not_checked}


def snapshot() -> None:
    """At the beginning of a transaction: all checks see one moment, nothing is changed, sorting has room, and so many
    rows are worth handing from one processor to another.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("SET LOCAL parallel_tuple_cost = 0.01")


def report_on(checks: Mapping[str, Check], moment: Moment) -> Report:
    """Run these checks; changes nothing. The caller's transaction decides whether all see the same data."""
    return Report({name: look(moment) for name, look in checks.items()})
