"""manage.py search_rebuild: reads the whole catalogue anew into the search stores, which go on answering."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.progress import Progress

from books.models import Book
from books.search.services import stores
from books.services.indexing import rebuild_index


class Command(BaseCommand):
    help = "Rebuilds the search index of every store that is configured, without downtime."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only stores that have no index yet")

    def handle(self, *, missing: bool, **_options: Any) -> None:
        total = Book.objects.filter(withdrawn_at=None).count()
        for store in stores():
            if missing and store.is_built():
                self.stdout.write(f"{store.name}: has an index")
                continue
            with Progress(transient=True) as bars:
                bar = bars.add_task(store.name, total=total)
                rebuild_index(store, progress=lambda done, bars=bars, bar=bar: bars.update(bar, completed=done))
            self.stdout.write(f"{store.name}: {total} books")
