"""An import's remarks as a CSV file, and its refused records as a file of the kind they came in."""

import csv
from collections.abc import Iterator

from books.importing.models import ImportJob, ImportRemark
from books.importing.sources import Around
from books.importing.sources.profiles.library_cells import guarded

ROWS_AT_ONCE = 500
HEADER = ("record", "title", "result", "reason")


class _Line:
    """A file for the csv module that gives each row back."""

    def write(self, row: str) -> str:
        return row


def remarks_csv(job: ImportJob) -> Iterator[str]:
    """Every remark in the order of the file, line by line; no spreadsheet runs what a title says."""
    writer = csv.writer(_Line())
    yield writer.writerow(HEADER)
    rows = job.remarks.order_by("number", "pk").values_list("number", "title", "kind", "reason")
    for number, title, kind, reason in rows.iterator(chunk_size=ROWS_AT_ONCE):
        yield writer.writerow([number, guarded(title), kind, guarded(reason)])


def refused_records(job: ImportJob, around: Around) -> Iterator[bytes]:
    """The refused records as they came, in one file, to be mended and imported again."""
    rows = job.remarks.filter(kind=ImportRemark.Kind.REFUSED).order_by("number", "pk")
    originals = (bytes(original) for original in rows.values_list("original", flat=True).iterator(ROWS_AT_ONCE))
    yield around.before
    first = True
    for original in filter(None, originals):
        yield original if first else around.between + original
        first = False
    yield around.after
