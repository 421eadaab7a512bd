"""manage.py search_check: compares the search stores with the catalogue, and mends them with --repair."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from books.management.progress import shown
from books.models import Book
from books.search.mongo_store import NotBuilt
from books.search.services import stores
from books.search.store import Progress, SearchStore
from books.services.checking import FAULTS, Report, check_index
from books.services.indexing import rebuild_index


class Command(BaseCommand):
    help = (
        "Compares the index of every store that is configured with the catalogue. Exits with 1 when one is not right."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="mend what is not right; searches and writes go on")

    def handle(self, *, repair: bool, **_options: Any) -> None:
        total = Book.objects.filter(withdrawn_at=None).count()
        right = [self._is_right(store, total, repair=repair) for store in stores()]
        if not all(right):
            sys.exit(1)

    def _is_right(self, store: SearchStore, total: int, *, repair: bool) -> bool:
        """Or is now."""
        with shown(store.name, total=total, to=self.stdout) as progress:
            try:
                report = check_index(store, repair=repair, progress=progress)
            except NotBuilt:
                self.stdout.write(f"{store.name}: was never built")
                report = self._built(store, progress) if repair else None
        if report is not None:
            self._tell(store, report)
        return report is not None and (report.is_right or repair)

    def _built(self, store: SearchStore, progress: Progress) -> Report:
        rebuild_index(store, progress=progress)
        return check_index(store, repair=True, progress=lambda done: None)

    def _tell(self, store: SearchStore, report: Report) -> None:
        counts = ", ".join(f"{report.counts[fault]} {fault}" for fault in FAULTS)
        self.stdout.write(f"{store.name}: {report.books} books, {counts}")
        for fault, book_ids in report.samples.items():
            self.stdout.write(f"  {fault}: {', '.join(map(str, book_ids))}")
