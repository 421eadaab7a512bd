"""Which kind of file this is: said, or seen from its content; a file's name is never believed."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from books.importing.sources.csv_source import CsvSource
from books.importing.sources.json_source import JsonSource
from books.importing.sources.marc import MarcSource
from books.importing.sources.marcxml import MarcXmlSource
from books.importing.sources.source import Source, UnknownFile, Wishes

# Asked in this order; CSV, which has no mark of its own, comes last.
KINDS: tuple[type[Source], ...] = (MarcXmlSource, MarcSource, JsonSource, CsvSource)
START = 65_536
# What workbooks of spreadsheet programs begin with: .xlsx and .ods are ZIP archives, .xls has a mark of its own.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# PDF, RTF, PNG, JPEG, GIF and gzip: one long column to a reader of CSV.
_OTHERS = (b"%PDF-", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b")


def open_source(
    file: Path | BinaryIO,
    *,
    format: str = "",
    profile: str = "",
    encoding: str = "",
    columns: Mapping[str, str] | None = None,
    companions: Mapping[str, Path] | None = None,
) -> Source:
    """The file, ready to be read and closed by its source; `format` is one of ImportJob.Format.

    Raises OSError, UnknownFile.
    """
    opened = file.open("rb") if isinstance(file, Path) else file
    wishes = Wishes(profile=profile, encoding=encoding, columns=columns or {}, companions=companions or {})
    with ExitStack() as unless_read:
        unless_read.callback(opened.close)
        source = _kind(opened, format)(opened, wishes)
        unless_read.pop_all()
    return source


def _kind(file: BinaryIO, format: str) -> type[Source]:
    start = file.read(START)
    file.seek(0)
    if not start:
        raise UnknownFile(_("The file is empty."))
    if start.startswith(_WORKBOOKS):
        raise UnknownFile(_("This is a spreadsheet program's own file. Save it as CSV there, and import that."))
    if start.startswith(_OTHERS):
        raise UnknownFile(_("This is no catalogue. What can be read is CSV, MARC21, MARCXML and JSON, not packed."))
    for kind in KINDS:
        if kind.format == format or (not format and kind.looks_like(start)):
            return kind
    raise UnknownFile(_("Files of the format “%s” can't be read.") % format)
