"""manage.py load_sample_library: the books that a first start shows."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from books.importing.importer import import_file
from books.importing.reporting import Outcome

SAMPLE_LIBRARY = Path(__file__).resolve().parents[2] / "sample" / "sample_library.csv"


class Command(BaseCommand):
    help = "Adds the sample library to the catalogue, with its copies. Safe to repeat."

    def handle(self, **_options: Any) -> None:
        report = import_file(SAMPLE_LIBRARY, now=timezone.now())
        if report.outcomes[Outcome.REFUSED]:
            raise CommandError(f"The sample library was not taken in: {report.remarks[:3]}")
        self.stdout.write(f"Sample library: {report.outcomes[Outcome.CREATED]} new books, {report.copies} copies")
