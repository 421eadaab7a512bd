"""The checks of money by name."""

from library_portal.auditing import Register

CHECKS = Register()
check = CHECKS.check
