"""The catalogue as MARCXML."""

from collections.abc import Iterable, Iterator
from io import BytesIO

from pymarc import XMLWriter

from books.exporting.marc import marc_record
from books.importing.record import Record


def marcxml_parts(books: Iterable[tuple[int, Record]]) -> Iterator[bytes]:
    """The root's beginning, each record, the root's end."""
    part = BytesIO()
    writer = XMLWriter(part)
    for pk, record in books:
        yield _taken(part)
        writer.write(marc_record(pk, record))
        part.write(b"\n")
    writer.close(close_fh=False)
    yield _taken(part)


def _taken(part: BytesIO) -> bytes:
    content = part.getvalue()
    part.seek(0)
    part.truncate()
    return content
