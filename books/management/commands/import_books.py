"""manage.py import_books FILE: books from a CSV file into the catalogue."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from books.importing import cleaning
from books.importing.importer import Progress as Told
from books.importing.importer import import_file
from books.importing.profiles import PROFILES, UnknownHeader
from books.importing.reporting import Outcome, Report

SHOWN_REMARKS = 20


class Command(BaseCommand):
    help = "Adds the books of a CSV file. Safe to repeat: a book that is there gains at most its first rating."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--copies", type=_copies, help="give every new book this many copies")
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help="write every remark to this file")
        parser.add_argument("--profile", default="", choices=[profile.name for profile in PROFILES])

    def handle(self, *, file: Path, copies: int | None, report: Path | None, profile: str, **_options: Any) -> None:
        console = Console(file=self.stdout, highlight=False)
        try:
            with shown_progress(console, file.name) as progress:
                done = import_file(file, profile=profile, copies=copies, now=timezone.now(), progress=progress)
            if report:
                done.write_csv(report)
        except (OSError, UnknownHeader) as error:
            raise CommandError(str(error)) from error
        show(console, done, report)


def _copies(text: str) -> int:
    if not text.isdecimal() or int(text) > cleaning.MOST_COPIES:
        raise ArgumentTypeError(f"a number from 0 to {cleaning.MOST_COPIES} is expected, not {text!r}")
    return int(text)


@contextmanager
def shown_progress(console: Console, name: str) -> Iterator[Told]:
    """A bar on a terminal, else a line for every tenth."""
    if not console.is_terminal:
        yield _lines(console, name)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _lines(console: Console, name: str) -> Told:
    said = 0

    def say(share: float) -> None:
        nonlocal said
        tenth = int(share * 10)
        if tenth > said:
            said = tenth
            console.print(f"{name}: {tenth * 10} %")

    return say


def show(console: Console, report: Report, written_to: Path | None) -> None:
    counts = ", ".join(f"{report.outcomes[outcome]} {outcome}" for outcome in Outcome)
    console.print(f"{report.rows} rows ({report.profile}): {counts}")
    console.print(f"{report.changed} changed on the way in; {report.copies} copies added")
    if report.remarks:
        console.print(_table(report))
    hidden = len(report.remarks) - SHOWN_REMARKS
    if written_to:
        console.print(f"All remarks: {written_to}", soft_wrap=True)
    elif hidden > 0:
        console.print(f"{hidden} more: repeat with --report FILE.csv to see all")


def _table(report: Report) -> Table:
    table = Table("Line", "Title", "Result", "Why", title="Remarks")
    for remark in sorted(report.remarks)[:SHOWN_REMARKS]:
        table.add_row(str(remark.line), remark.title, "refused" if remark.refused else "changed", remark.reason)
    return table
