"""What must hold between reservations, copies, ledger, queues and outbox, each rule checked by a function of its own.

Those of money alone are in subscriptions/auditing. Most rules are SQL on the tables as they are, so that the auditor
shares no mistake with the code that it judges.
docs/auditing.md says what each finding means and what to do.
"""

from library_portal.auditing import Report, snapshot
from reservations.auditing import copies, events, fees, lending, limits, money, people, prices, queues  # noqa: F401
from reservations.auditing.register import CHECKS, Findings, Moment
from reservations.auditing.running import audit

__all__ = ["CHECKS", "Findings", "Moment", "Report", "audit", "snapshot"]
