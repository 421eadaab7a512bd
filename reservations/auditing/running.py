"""Running all checks, one after the other, on one view of the data."""

from datetime import datetime

from library_portal.auditing import Moment, Report, report_on
from reservations.auditing.register import CHECKS


def audit(*, now: datetime, settled: bool = False) -> Report:
    """Check every rule; changes nothing. The caller's transaction decides whether all see the same moment."""
    return report_on(CHECKS, Moment(now=now, settled=settled))
