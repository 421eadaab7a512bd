"""The catalogue as CSV in the library's own columns."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from books.importing.record import Record
from books.importing.sources.profiles.library import LIBRARY_COLUMNS
from books.importing.sources.profiles.library_cells import guarded, joined, with_role


def csv_lines(books: Iterable[tuple[int, Record]]) -> Iterator[bytes]:
    """The header, then a line for each book, in UTF-8."""
    line = StringIO(newline="")
    writer = csv.writer(line)
    writer.writerow(LIBRARY_COLUMNS)
    for _pk, record in books:
        yield _taken(line)
        writer.writerow([guarded(cell) for cell in _cells(record)])
    yield _taken(line)


def _taken(line: StringIO) -> bytes:
    text = line.getvalue()
    line.seek(0)
    line.truncate()
    return text.encode("utf-8")


def _cells(record: Record) -> list[str]:
    several = {
        "authors": joined(map(with_role, record.authors)),
        "isbn": joined(record.isbns),
        "genres": joined(record.genres),
        "barcodes": joined(record.barcodes),
    }
    return [several[name] if name in several else _text(getattr(record, name)) for name in LIBRARY_COLUMNS]


def _text(value: object) -> str:
    return "" if value is None else str(value)
