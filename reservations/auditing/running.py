"""Running all checks, one after the other, on one view of the data."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from reservations.auditing.register import CHECKS, Findings, Moment


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
    """At the beginning of a transaction: all checks see one moment, nothing is changed, and sorting has room."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")


def audit(*, now: datetime, settled: bool = False) -> Report:
    """Check every rule; changes nothing. The caller's transaction decides whether all see the same moment."""
    moment = Moment(now=now, settled=settled)
    return Report({name: look(moment) for name, look in CHECKS.items()})
