"""manage.py audit: checks every rule between reservations, copies, ledger, queues and outbox (docs/auditing.md)."""

from django.core.management.base import CommandParser

from library_portal.auditing import AuditingCommand
from reservations.auditing import CHECKS


class Command(AuditingCommand):
    help = (
        "Checks every rule between reservations, copies, ledger, queues and outbox, and changes nothing. "
        "Exits with 1 when something is wrong. docs/auditing.md says what to do."
    )
    checks = CHECKS

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--settled",
            action="store_true",
            help="nothing is under way any more: what still waits to be done is wrong as well",
        )
