"""manage.py verify_ledger: every cent in the wallets is accounted for (docs/auditing.md)."""

from library_portal.auditing import AuditingCommand
from subscriptions.auditing import CHECKS


class Command(AuditingCommand):
    help = (
        "Checks that wallets, ledger, debts and payments agree to the cent, and changes nothing. "
        "Exits with 1 when something is wrong. docs/auditing.md says what to do."
    )
    checks = CHECKS
