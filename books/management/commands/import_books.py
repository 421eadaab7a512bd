"""manage.py import_books FILE: a catalogue file into the catalogue, at once and in this process."""

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

from books.importing.jobs import Progress as Told
from books.importing.jobs import import_file
from books.importing.models import MOST_COPIES, ImportJob
from books.importing.reporting import refused_records, remarks_csv
from books.importing.sources import open_source

SHOWN_REMARKS = 20


class Command(BaseCommand):
    help = "Imports a catalogue file (CSV, MARC21, MARCXML, JSON). Safe to repeat: a book that is there stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", default="", choices=ImportJob.Format.values, help="otherwise its content tells")
        parser.add_argument("--profile", default="", help="what its columns mean; otherwise its header tells")
        parser.add_argument(
            "--column", dest="columns", action="append", default=[], type=_column, metavar="OUR=THEIRS",
            help="what a column means, where no profile knows the header; repeat it for each",
        )  # fmt: skip
        parser.add_argument("--encoding", default="", help="otherwise UTF-8, or what the file itself says")
        parser.add_argument("--on-match", default="skip", choices=ImportJob.OnMatch.values, help=_ON_MATCH)
        parser.add_argument("--copies", type=_copies, help="give every new book this many copies")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--report", type=Path, metavar="FILE.csv", help="write every remark to this file")
        parser.add_argument("--refused", type=Path, metavar="FILE", help="write the refused records to this file")
        parser.add_argument("--genres-from", type=Path, metavar="FILE.csv", help="a file that gives the books' tags")
        parser.add_argument("--tag-names", type=Path, metavar="FILE.csv", help="a file with the names of the tags")

    def handle(self, *, file: Path, report: Path | None, refused: Path | None, **options: Any) -> None:
        console = Console(file=self.stdout, highlight=False)
        companions = {name: options[name] for name in ("genres_from", "tag_names") if options[name]}
        wishes = {name: options[name] for name in ("format", "profile", "encoding", "on_match", "copies")}
        wishes |= {"columns": dict(options["columns"]), "is_dry_run": options["dry_run"]}
        with shown_progress(console, file.name) as progress:
            job = import_file(file, now=timezone.now(), companions=companions, progress=progress, **wishes)
        if job.status != ImportJob.Status.DONE:
            raise CommandError(job.error)
        try:
            _write_down(job, file, report, refused)
        except OSError as error:
            raise CommandError(str(error)) from error
        show(console, job, report)


_ON_MATCH = "books that are there already: leave them, fill what is empty, or overwrite with what the file says"


def _column(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not (ours and equals and theirs):
        raise ArgumentTypeError(f"OUR=THEIRS is expected, not {text!r}")
    return ours.strip(), theirs.strip()


def _copies(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_COPIES:
        raise ArgumentTypeError(f"a number from 0 to {MOST_COPIES} is expected, not {text!r}")
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


def _write_down(job: ImportJob, file: Path, report: Path | None, refused: Path | None) -> None:
    """Raises OSError."""
    if report:
        with report.open("w", encoding="utf-8", newline="") as written:
            written.writelines(remarks_csv(job))
    if refused:
        with (
            open_source(
                file, format=job.format, profile=job.profile, encoding=job.encoding, columns=job.columns
            ) as source,
            refused.open("wb") as out,
        ):
            out.writelines(refused_records(job, source.around))


def show(console: Console, job: ImportJob, written_to: Path | None) -> None:
    counts = (
        f"{job.created_count} created, {job.changed_count} changed, {job.known_count} already there, "
        f"{job.refused_count} refused, {job.skipped_count} no books"
    )
    console.print(f"Import {job.pk}: {job.position} records ({job.profile}): {counts}", soft_wrap=True)
    console.print(f"{job.copies_count} copies added")
    if job.is_dry_run:
        console.print("This was a dry run: nothing was changed")
    remarks = job.remarks.count()
    if remarks:
        console.print(_table(job))
    if written_to:
        console.print(f"All remarks: {written_to}", soft_wrap=True)
    elif remarks > SHOWN_REMARKS:
        console.print(f"{remarks - SHOWN_REMARKS} more: repeat with --report FILE.csv to see all")


def _table(job: ImportJob) -> Table:
    table = Table("Record", "Title", "Result", "Why", title="Remarks")
    for remark in job.remarks.order_by("number", "pk")[:SHOWN_REMARKS]:
        table.add_row(str(remark.number), remark.title, str(remark.get_kind_display()), remark.reason)
    return table
