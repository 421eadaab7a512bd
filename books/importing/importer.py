"""One file into the catalogue, in batches: a row that fails is reported, the others go on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _

from books.importing.profiles import Profile, profile_for
from books.importing.reading import CsvFile, Row
from books.importing.record import Record, RefusedRow
from books.importing.reporting import Outcome, Remark, Report
from books.importing.storing import store

BATCH = 500

Progress = Callable[[float], None]


class Numbered(NamedTuple):
    """`changes` says what cleaning left out or mended."""

    line: int
    record: Record
    changes: list[str]


def import_file(
    path: Path, *, profile: str = "", copies: int | None = None, now: datetime, progress: Progress = lambda share: None
) -> Report:
    """Adds the books of a CSV file that the catalogue does not have; a second run changes nothing.

    `profile` names the meaning of the columns, otherwise the header tells. Each new book gets `copies` copies, or as
    many as its row says. `progress` is told the share of the file that is done, 0 to 1. Raises OSError, UnknownHeader.
    """
    with CsvFile(path) as file:
        chosen = profile_for(file.header, profile)
        report = Report(chosen.name)
        records = _records(file.rows(), chosen, report)
        while batch := list(islice(records, BATCH)):
            _store(batch, report, copies, now)
            progress(file.progress)
    return report


def _records(rows: Iterable[Row], profile: Profile, report: Report) -> Iterator[Numbered]:
    for row in rows:
        title = row.cells.get("title", "").strip()
        changes: list[str] = []
        try:
            if row.problem:
                raise RefusedRow(row.problem)
            record = profile.to_record(row.cells, changes.append)
        except RefusedRow as refusal:
            report.refuse(row.line, title, str(refusal))
        else:
            yield Numbered(row.line, record, changes)


def _store(batch: Sequence[Numbered], report: Report, copies: int | None, now: datetime) -> None:
    """Halves a batch that the database refuses until the row at fault is alone."""
    try:
        stored = store([numbered.record for numbered in batch], copies=copies, now=now)
    except (DataError, IntegrityError) as error:
        if len(batch) == 1:
            reason = _("The database refused it: %s") % str(error).splitlines()[0]
            report.refuse(batch[0].line, batch[0].record.title, reason)
            return
        middle = len(batch) // 2
        _store(batch[:middle], report, copies, now)
        _store(batch[middle:], report, copies, now)
    else:
        report.copies += stored.copies
        for numbered, new in zip(batch, stored.is_new, strict=True):
            report.outcomes[Outcome.CREATED if new else Outcome.KNOWN] += 1
            if new:
                report.remarks += [Remark(numbered.line, numbered.record.title, False, why) for why in numbered.changes]
