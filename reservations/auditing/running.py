"""Running all checks, one after the other, on one view of the data."""

from dataclasses import dataclass
from datetime import datetime

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


def audit(*, now: datetime, settled: bool = False) -> Report:
    """Check every rule; changes nothing. The caller's transaction decides whether all see the same moment."""
    moment = Moment(now=now, settled=settled)
    return Report({name: look(moment) for name, look in CHECKS.items()})
