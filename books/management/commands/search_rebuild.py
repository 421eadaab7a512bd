"""manage.py search_rebuild: reads the whole catalogue anew into the search stores, which go on answering."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from books.management.progress import shown
from books.models import Book
from books.search.services import is_current, stores
from books.services.indexing import rebuild_index


class Command(BaseCommand):
    help = (
        "Rebuilds the search index of every store that is configured, without downtime. It may be run again any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only stores without an index of today's analysis")

    def handle(self, *, missing: bool, verbosity: int, **_options: Any) -> None:
        total = Book.objects.filter(withdrawn_at=None).count()
        for store in stores():
            if missing and is_current(store):
                if verbosity:
                    self.stdout.write(f"{store.name}: has an index")
                continue
            with shown(store.name, total=total, to=self.stdout) as progress:
                rebuild_index(store, progress=progress)
            self.stdout.write(f"{store.name}: {total} books")
