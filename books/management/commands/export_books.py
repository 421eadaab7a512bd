"""manage.py export_books: the whole catalogue as a file that import_books takes in again."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from books.exporting import FORMATS
from books.exporting.reading import records


class Command(BaseCommand):
    help = "Writes the catalogue, without withdrawn books, to a file or to the standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", default="csv", choices=FORMATS)
        parser.add_argument("file", type=Path, nargs="?", help="written anew; without it, the standard output")

    def handle(self, *, format: str, file: Path | None, **_options: Any) -> None:
        parts = FORMATS[format](records())
        if file is None:
            sys.stdout.buffer.writelines(parts)
            return
        # What breaks off never stands under the file's name.
        unfinished = file.with_name(f"{file.name}.part")
        try:
            with unfinished.open("wb") as out:
                out.writelines(parts)
            unfinished.replace(file)
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes")
