"""JSON files: answers of Open Library, as an array, by key, or a line each."""

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _

from books.importing import cleaning
from books.importing.models import ImportJob
from books.importing.record import RefusedRow
from books.importing.sources.json_members import JsonMembers, Member
from books.importing.sources.profiles import open_library
from books.importing.sources.source import Around, Read, Source, UnknownFile, Wishes

LONGEST_TITLE = 500


class JsonSource(Source):
    format = ImportJob.Format.JSON
    profile = open_library.NAME

    def __init__(self, file: BinaryIO, wishes: Wishes) -> None:
        super().__init__(file, wishes)
        first = next(iter(JsonMembers(file)), None)
        if first is None:
            raise UnknownFile(_("The file has no records."))
        if not first.problem and not open_library.fits(first.value):
            raise UnknownFile(_("This JSON has no books as Open Library describes them: title, authors, identifiers."))
        self._has_keys = bool(first.key)
        self.around = Around(b"{", b",\n", b"}") if self._has_keys else Around(b"[", b",\n", b"]")

    @classmethod
    def looks_like(cls, start: bytes) -> bool:
        return start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")

    def records(self, skip: int = 0) -> Iterator[Read]:
        members = enumerate(JsonMembers(self.file), start=1)
        return (_read(number, member) for number, member in islice(members, skip, None))


def _read(number: int, member: Member) -> Read:
    title = str(member.value.get("title") or "") if isinstance(member.value, dict) else ""
    read = Read(number, cleaning.one_line(title)[:LONGEST_TITLE], original=member.original.encode(errors="replace"))
    if member.problem:
        return read._replace(refusal=_("The record can't be read: %s.") % member.problem)
    if not isinstance(member.value, dict):
        return read._replace(refusal=_("The record is no object."))
    changes: list[str] = []
    try:
        record = open_library.from_open_library(member.key, member.value, changes.append)
    except RefusedRow as refusal:
        return read._replace(refusal=str(refusal))
    return read._replace(record=record, changes=changes)
