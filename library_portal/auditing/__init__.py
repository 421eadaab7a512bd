"""What must hold in the database: rules by name, run on one view of the data; what they find is told in words.

Knows no rule itself; docs/auditing.md says what each means and what to do.
"""

from library_portal.auditing.command import AuditingCommand
from library_portal.auditing.register import SHOWN, Check, Findings, Moment, Register, find
from library_portal.auditing.running import Report, report_on, snapshot

__all__ = [
    "SHOWN",
    "AuditingCommand",
    "Check",
    "Findings",
    "Moment",
    "Register",
    "Report",
    "find",
    "report_on",
    "snapshot",
]
