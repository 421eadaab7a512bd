"""manage.py load_sample_library: the books that a first start shows."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from books.importing.jobs import import_file
from books.importing.models import ImportJob

SAMPLE_LIBRARY = Path(__file__).resolve().parents[2] / "sample" / "sample_library.csv"


class Command(BaseCommand):
    help = "Adds the sample library to the catalogue, with its copies. Safe to repeat."

    def handle(self, **_options: Any) -> None:
        job = import_file(SAMPLE_LIBRARY, now=timezone.now())
        if job.status != ImportJob.Status.DONE or job.refused_count:
            raise CommandError(f"The sample library was not taken in: {job.error or job.remarks.first()}")
        self.stdout.write(f"Sample library: {job.created_count} new books, {job.copies_count} copies")
        if not job.created_count:
            job.delete()  # every start comes by here: the list of imports tells only of what brought books
