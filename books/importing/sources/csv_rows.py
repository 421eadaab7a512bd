"""Reading a CSV file row by row, however large and however broken."""

import codecs
import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _

from books.importing.sources.source import UnknownFile

# The csv module gives up a cell that is longer than 131,072 characters; a line, or a row, as long as this has no end.
LONGEST_LINE = 1_000_000
DELIMITERS = ",;\t|"
# How each way of failing marks what could not be read.
_BROKEN = {"surrogateescape": re.compile("[\ud800-\udfff]"), "replace": re.compile("\ufffd")}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SEPARATOR = re.compile(r'"?sep=."?\s*$')


class Row(NamedTuple):
    """`line` is the file's line where the row begins; `problem` says why it can't be read."""

    line: int
    cells: dict[str, str]
    original: bytes
    problem: str = ""
    mended: str = ""


class CsvRows:
    """The rows of an open CSV file, with its header in small letters."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        """Reads on from the file's beginning. Raises UnknownFile for an encoding that nobody knows, or no header."""
        marked, self._start = _mark(file)
        self.encoding = marked or encoding or "utf-8"
        self._text = _text(file, self.encoding)
        self._from_the_beginning()
        if "\0" in self.header_line:
            raise UnknownFile(_("The file is no text, or UTF-16 without its mark: name its encoding."))
        self._delimiter = max(DELIMITERS, key=lambda delimiter: len(_cells(self.header_line, delimiter)))
        self.header = _distinct(_cells(self.header_line, self._delimiter))

    def _from_the_beginning(self) -> None:
        self._text.seek(self._start)
        self._lines = _Lines(self._text)
        self.header_line = next(filter(_may_be_header, self._lines), "")

    def close(self) -> None:
        self._text.close()

    def __iter__(self) -> Iterator[Row]:
        """Every row that has anything in it, from the first."""
        self._from_the_beginning()
        reader = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        while True:
            self._lines.begin_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _EndlessRow as error:
                yield self._refused([], str(error))
                continue
            except csv.Error as error:
                yield self._mended(str(error))
                continue
            if any(map(str.strip, cells)):
                yield self._row(cells)

    def bytes_of(self, text: str) -> bytes:
        """The text as it stands in the file."""
        return text.encode(self.encoding, _how_to_fail(self.encoding))

    def _mended(self, why: str) -> Row:
        """A quote that is not doubled costs no more than its own line, and nothing where the line's cells are right."""
        first = self._lines.keep_first()
        try:
            cells = _cells_anyhow(first, self._delimiter)
        except csv.Error:
            cells = []
        was_one_line = not self._lines.gave_back
        if was_one_line and len(cells) == len(self.header):
            return self._row(cells)._replace(mended=_("Quotation marks in the row are not as they should be."))
        return self._refused(cells, _("The row can't be read: %s.") % why)

    def _row(self, cells: Sequence[str]) -> Row:
        while len(cells) > len(self.header) and not cells[-1].strip():
            cells = cells[:-1]
        if not any(without := self.header[len(cells) :]):  # columns that only a delimiter at the header's end makes
            cells = [*cells, *without]
        if len(cells) != len(self.header):
            counts = {"found": len(cells), "expected": len(self.header)}
            return self._refused(cells, _("The row has %(found)d cells instead of %(expected)d.") % counts)
        if self._is_broken("".join(self._lines.taken)):
            return self._refused(cells, _not_in(self.encoding))
        return Row(self._lines.first_number, dict(zip(self.header, cells, strict=True)), self._original())

    def _is_broken(self, text: str) -> bool:
        return not text.isascii() and bool(_BROKEN[_how_to_fail(self.encoding)].search(text))

    def _refused(self, cells: Sequence[str], problem: str) -> Row:
        shown = dict(zip(self.header, map(_printable, cells), strict=False))
        return Row(self._lines.first_number, shown, self._original(), problem)

    def _original(self) -> bytes:
        return self.bytes_of("".join(self._lines.taken))


class _EndlessRow(csv.Error):
    """Cells go on from line to line, and the row does not end."""


class _Lines:
    """The lines of a text, with those `taken` since they were last looked at; some can be given back."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._number = 0
        self.gave_back = False
        self.begin_row()

    def begin_row(self) -> None:
        self.taken: list[str] = []
        self._length = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE:
            self._skip_rest(line)
        self._number += 1
        self.taken.append(line)
        self._length += len(line)
        if len(self.taken) > 1 and self._length > LONGEST_LINE:
            raise _EndlessRow(_("The row has no end."))
        return line

    def _read(self) -> str:
        """Raises UnknownFile for an encoding in which the file makes no sense from its first byte on."""
        try:
            return self._text.readline(LONGEST_LINE)
        except UnicodeError as error:
            raise UnknownFile(_("The file can't be read as %s.") % self._text.encoding) from error

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._read()

    @property
    def first_number(self) -> int:
        return self._number - len(self.taken) + 1

    def keep_first(self) -> str:
        """The first of the lines taken; the others come again."""
        first, *others = self.taken or [""]
        self._again.extendleft(reversed(others))
        self._number -= len(others)
        self.taken = self.taken[:1]
        self.gave_back = bool(others)
        return first


def _mark(file: BinaryIO) -> tuple[str, int]:
    """The encoding that the file's first bytes tell, and their number."""
    file.seek(0)
    start = file.read(4)
    mark, encoding = next(((mark, name) for mark, name in _MARKS if start.startswith(mark)), (b"", ""))
    return encoding, len(mark)


def _text(file: BinaryIO, encoding: str) -> TextIOWrapper:
    try:
        return TextIOWrapper(file, encoding=encoding, errors=_how_to_fail(encoding), newline="")
    except (LookupError, ValueError) as error:
        raise UnknownFile(_("There is no encoding “%s”.") % encoding) from error


def _may_be_header(line: str) -> bool:
    """Not an empty line, nor the one in which Excel names the delimiter: "sep=;"."""
    return bool(line.strip()) and not _SEPARATOR.match(line)


def _how_to_fail(encoding: str) -> str:
    """What can't be read comes through marked, to be refused with its row and not with the whole file."""
    return "replace" if encoding.lower().startswith(("utf-16", "utf_16", "utf16", "utf-32")) else "surrogateescape"


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _cells_anyhow(line: str, delimiter: str) -> list[str]:
    r"""Some programs write \" for a quotation mark within a cell; others write it bare. Raises csv.Error."""
    escape = "\\" if '\\"' in line else None
    return next(csv.reader([line], delimiter=delimiter, escapechar=escape), [])


def _distinct(header: Sequence[str]) -> list[str]:
    """A column with the name of another gets one of its own."""
    names = [" ".join(_printable(cell).strip("\ufeff \t\r\n\u200b").casefold().split()) for cell in header]
    seen: Counter[str] = Counter()
    distinct = []
    for name in names:
        seen[name] += 1
        distinct.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return distinct


def _not_in(encoding: str) -> str:
    if encoding == "utf-8":
        return _("The row is not written in UTF-8. Name the file's encoding, such as cp1252, and import it again.")
    return _("The row is not written in %s.") % encoding


def _printable(cell: str) -> str:
    return cell.encode("utf-8", "replace").decode()
