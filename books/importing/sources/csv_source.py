"""CSV files: each row is a record, or several rows are, as the profile that fits the header says."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from books.importing import cleaning
from books.importing.models import ImportJob
from books.importing.record import RefusedRow
from books.importing.sources.csv_rows import CsvRows, Row
from books.importing.sources.profiles import mapped_profile, profile_for
from books.importing.sources.profiles.profile import Cells, Completing, Profile
from books.importing.sources.source import Around, Read, Source, UnknownFile, Wishes

LONGEST_TITLE = 500


class CsvSource(Source):
    """Its `header` is there for those who want to say which column is which."""

    format = ImportJob.Format.CSV

    def __init__(self, file: BinaryIO, wishes: Wishes) -> None:
        super().__init__(file, wishes)
        self._rows = CsvRows(file, wishes.encoding)
        self.header = self._rows.header
        self.around = Around(before=self._rows.bytes_of(self._rows.header_line))
        self._profile = self._chosen()
        self.profile = self._profile.name
        self._complete = self._completing() if wishes.companions else None

    def _chosen(self) -> Profile:
        if self.wishes.columns:
            return mapped_profile(self.wishes.columns, self.header)
        return profile_for(self.header, self.wishes.profile)

    def _completing(self) -> Completing:
        if not self._profile.completing:
            raise UnknownFile(_("Only the books of goodbooks-10k have tags beside them."))
        return self._profile.completing(self.wishes.companions)

    def __exit__(self, *_error: object) -> None:
        self._rows.close()

    @classmethod
    def looks_like(cls, start: bytes) -> bool:
        """Any text may be CSV: its header decides."""
        return True

    def records(self, skip: int = 0) -> Iterator[Read]:
        rows = self._joined() if self._profile.joined_by else iter(self._rows)
        return map(self._read, islice(rows, skip, None))

    def _joined(self) -> Iterator[Row]:
        """Rows of one record as one, where its last row stands; the others wait, and none that has no others."""
        counts = Counter(map(self._key, self._rows))
        waiting: defaultdict[str, list[Row]] = defaultdict(list)
        for row in self._rows:
            key = self._key(row)
            waiting[key].append(row)
            if not key or len(waiting[key]) == counts[key]:
                yield self._one(waiting.pop(key))

    def _key(self, row: Row) -> str:
        return "" if row.problem else row.cells[self._profile.joined_by].strip()

    def _one(self, rows: Sequence[Row]) -> Row:
        if len(rows) == 1:
            return rows[0]
        cells = self._profile.join([row.cells for row in rows])
        return rows[0]._replace(cells=dict(cells), original=b"".join(row.original for row in rows))

    def _read(self, row: Row) -> Read:
        title = cleaning.one_line(row.cells.get(self._profile.title, ""))[:LONGEST_TITLE]
        read = Read(row.line, title, original=row.original)
        if row.problem:
            return read._replace(refusal=row.problem)
        if why := self._profile.not_a_book(row.cells):
            return read._replace(refusal=why, is_book=False)
        changes = [row.mended] if row.mended else []
        try:
            record = self._profile.to_record(self._completed(row.cells), changes.append)
        except RefusedRow as refusal:
            return read._replace(refusal=str(refusal))
        return read._replace(record=record, changes=changes)

    def _completed(self, cells: Cells) -> Cells:
        return self._complete(cells) if self._complete else cells


def first_rows(file: BinaryIO, *, encoding: str, count: int) -> tuple[list[str], list[list[str]]]:
    """The header and the first rows, for a person to see which column is which. Raises UnknownFile."""
    rows = CsvRows(file, encoding)
    return rows.header, [list(row.cells.values()) for row in islice(rows, count)]
