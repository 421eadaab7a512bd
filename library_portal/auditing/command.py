"""A manage.py command that runs checks on one snapshot and tells what they found."""

import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from library_portal.auditing.register import Check, Findings, Moment
from library_portal.auditing.running import Report, report_on, snapshot


class AuditingCommand(BaseCommand):
    """Exits with 1 when something is wrong."""

    checks: ClassVar[Mapping[str, Check]] = {}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="what was found, for programs")

    def handle(self, *, json: bool, settled: bool = False, **_options: Any) -> None:
        with transaction.atomic(durable=True):
            snapshot()
            report = report_on(self.checks, Moment(timezone.now(), settled=settled))
        self._tell_as_json(report) if json else self._tell(report)
        if report.wrong:
            sys.exit(1)

    def _tell(self, report: Report) -> None:
        for name, found in report.wrong.items():
            self._tell_check(name, found)
        for name, why in report.not_checked.items():
            self.stdout.write(f"{name}: not checked. {why}")
        total = sum(found.count for found in report.wrong.values())
        checked = len(report.findings) - len(report.not_checked)
        verdict = f"{total} finding{'' if total == 1 else 's'}, see docs/auditing.md" if total else "nothing is wrong"
        self.stdout.write(f"{checked} rules checked: {verdict}.")

    def _tell_check(self, name: str, found: Findings) -> None:
        self.stdout.write(f"{name}: {found.count}")
        for one in found.first:
            self.stdout.write(f"  {one['what']}")
        if found.count > len(found.first):
            self.stdout.write(f"  … and {found.count - len(found.first)} more")

    def _tell_as_json(self, report: Report) -> None:
        told = {
            "is_right": not report.wrong,
            "checks": {
                name: {"count": found.count, "not_checked": found.not_checked, "first": found.first}
                for name, found in report.findings.items()
            },
        }
        self.stdout.write(orjson.dumps(told, default=str, option=orjson.OPT_INDENT_2).decode())
