"""Reading a CSV file row by row, however large and however broken."""

import csv
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple, Self

from django.utils.translation import gettext as _

# A cell that never ends, because its quote was never closed, is given up here.
LONGEST_CELL = 131_072


class Row(NamedTuple):
    """`line` is the file's line where the row ends; `problem` says why it can't be read."""

    line: int
    cells: dict[str, str]
    problem: str = ""


class CsvFile:
    """An open CSV file in UTF-8, with its header."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._size = path.stat().st_size
        self._bytes = path.open("rb")
        # What is no UTF-8 comes through marked, to be refused with its row and not with the whole file.
        self._text = TextIOWrapper(self._bytes, encoding="utf-8-sig", errors="surrogateescape", newline="")
        csv.field_size_limit(LONGEST_CELL)
        self._reader = csv.reader(self._text)
        self.header = self._read_header()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._text.close()

    @property
    def progress(self) -> float:
        """How much of the file was read, from 0 to 1."""
        return self._bytes.tell() / self._size if self._size else 1.0

    def _read_header(self) -> list[str]:
        try:
            cells = next(self._reader, [])
        except csv.Error:
            return []
        return [_printable(cell).strip().casefold() for cell in cells]

    def rows(self) -> Iterator[Row]:
        """Every row that has anything in it."""
        while True:
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(self._reader.line_num, {}, _("The row can't be read: %s.") % error)
                continue
            if any(cells):
                yield self._row(cells)

    def _row(self, cells: Sequence[str]) -> Row:
        line = self._reader.line_num
        if len(cells) != len(self.header):
            counts = {"found": len(cells), "expected": len(self.header)}
            return Row(
                line, _shown(self.header, cells), _("The row has %(found)d cells instead of %(expected)d.") % counts
            )
        if any(_is_broken(cell) for cell in cells):
            return Row(line, _shown(self.header, cells), _("The row is not written in UTF-8."))
        return Row(line, dict(zip(self.header, cells, strict=True)))


def _shown(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return dict(zip(header, map(_printable, cells), strict=False))


def _is_broken(cell: str) -> bool:
    return not cell.isascii() and any("\ud800" <= character <= "\udfff" for character in cell)


def _printable(cell: str) -> str:
    return cell.encode("utf-8", "replace").decode()
