"""manage.py revert_import ID: takes a whole import back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from books.importing.reverting import revert_import
from library_portal.errors import PortalError


class Command(BaseCommand):
    help = "Takes an import back as a whole, while none of its books was lent or edited. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, help="the import's number, as import_books and the admin say it")

    def handle(self, *, id: int, **_options: Any) -> None:
        try:
            job = revert_import(job_id=id, now=timezone.now())
        except PortalError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Import {job.pk} is taken back: {job.created_count} books deleted, {job.changed_count} as before"
        )
