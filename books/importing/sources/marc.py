"""MARC21 files in their binary form (ISO 2709). A record ends at its end mark, whatever its length says."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from books.importing.models import ImportJob
from books.importing.record import RefusedRow
from books.importing.sources.marc_characters import check_encoding, is_marc8
from books.importing.sources.marc_fields import END_OF_FIELD, END_OF_RECORD, LEADER_LENGTH, marc_record
from books.importing.sources.marc_record import read_marc, why_no_book
from books.importing.sources.source import Read, Source, UnknownFile, Wishes

LONGEST_RECORD = 1_000_000
LONGEST_ORIGINAL = 100_000
_BLOCK = 65_536
_NOTHING = b"\0\x1a\t\n\r \xef\xbb\xbf"
_LEADER = re.compile(rb"\d{5}[ -~]{5}22[ -~]{8}45")


class MarcSource(Source):
    format = ImportJob.Format.MARC
    profile = "marc21"

    def __init__(self, file: BinaryIO, wishes: Wishes) -> None:
        super().__init__(file, wishes)
        if not is_marc8(wishes.encoding):
            check_encoding(wishes.encoding)
        if not self.looks_like(file.read(LONGEST_RECORD)):
            raise UnknownFile(_("This file has no MARC21 records: there is no leader in it."))
        file.seek(0)

    @classmethod
    def looks_like(cls, start: bytes) -> bool:
        return END_OF_FIELD in start and _LEADER.search(start) is not None

    def records(self, skip: int = 0) -> Iterator[Read]:
        for number, raw in islice(enumerate(self._raw_records(), 1), skip, None):
            yield self._read(number, raw)

    def _raw_records(self) -> Iterator[bytes]:
        for chunk in self._chunks():
            yield from _split(chunk)

    def _chunks(self) -> Iterator[bytes]:
        """What stands between two end marks; cut where no end mark comes in sight."""
        rest = b""
        while block := self.file.read(_BLOCK):
            *chunks, rest = (rest + block).split(END_OF_RECORD)
            yield from (chunk + END_OF_RECORD for chunk in chunks)
            if len(rest) > LONGEST_RECORD:
                yield rest
                rest = b""
        yield rest

    def _read(self, number: int, raw: bytes) -> Read:
        changes: list[str] = []
        leader = _LEADER.search(raw)
        if leader and leader.start():
            changes.append(_("Bytes that belong to no record were passed over before this one."))
            raw = raw[leader.start() :]
        original = raw[:LONGEST_ORIGINAL]
        try:
            record = marc_record(raw, encoding=self.wishes.encoding, warn=changes.append)
        except RefusedRow as refusal:
            if reason := why_no_book(raw[:LEADER_LENGTH].decode("ascii", "replace"), has_isbn=False):
                return Read(number, "", refusal=reason, is_book=False)
            return Read(number, "", refusal=str(refusal), original=original)
        return read_marc(record, number=number, changes=changes, original=original)


def _split(chunk: bytes) -> Iterator[bytes]:
    """The records in what ends with one end mark: more than one where a record was cut off before the next."""
    chunk = chunk.lstrip(_NOTHING)
    if not chunk.strip(_NOTHING + END_OF_RECORD):
        return
    if chunk[:5] == b"%05d" % len(chunk):
        yield chunk
        return
    starts = [0, *(found.start() for found in _LEADER.finditer(chunk, LEADER_LENGTH))]
    if not _LEADER.match(chunk):
        del starts[1:2]
    for start, end in zip(starts, [*starts[1:], len(chunk)], strict=True):
        yield chunk[start:end]
