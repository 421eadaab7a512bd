"""CSV files: rows by the profile that fits their header."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from books.importing.models import ImportJob
from books.importing.profiles import UnknownHeader, profile_for
from books.importing.reading import CsvFile, Row
from books.importing.record import RefusedRow
from books.importing.sources.source import Read, Source, UnknownFile, Wishes


class CsvSource(Source):
    format = ImportJob.Format.CSV

    def __init__(self, file: BinaryIO, wishes: Wishes) -> None:
        super().__init__(file, wishes)
        self._rows = CsvFile(Path(file.name))
        try:
            self._profile = profile_for(self._rows.header, wishes.profile)
        except UnknownHeader as error:
            raise UnknownFile(str(error)) from error
        self.profile = self._profile.name

    @classmethod
    def looks_like(cls, start: bytes) -> bool:
        return True

    @property
    def share_done(self) -> float:
        return self._rows.progress

    def records(self, skip: int = 0) -> Iterator[Read]:
        return map(self._read, islice(self._rows.rows(), skip, None))

    def _read(self, row: Row) -> Read:
        title = row.cells.get("title", "").strip()
        changes: list[str] = []
        if row.problem:
            return Read(row.line, title, refusal=row.problem)
        try:
            record = self._profile.to_record(row.cells, changes.append)
        except RefusedRow as refusal:
            return Read(row.line, title, refusal=str(refusal))
        return Read(row.line, title, record, changes)
