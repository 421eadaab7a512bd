"""The checks of lending by name, after those of money, which they build on."""

import subscriptions.auditing
from library_portal.auditing import SHOWN, Findings, Moment, Register, find

CHECKS = Register(subscriptions.auditing.CHECKS)
check = CHECKS.check

__all__ = ["CHECKS", "SHOWN", "Findings", "Moment", "check", "find"]
