"""The bytes of one MARC21 record (ISO 2709) become its fields, as much of it as can be told.

pymarc's own reader stops at a wrong length and believes the leader; its records and fields are used from here on.
"""

import unicodedata
from collections.abc import Sequence

from django.utils.translation import gettext as _
from pymarc import Field, Indicators, Leader, Subfield
from pymarc import Record as MarcRecord

from books.importing.record import RefusedRow, Warn
from books.importing.sources.marc_characters import Decode, decoder

END_OF_FIELD, END_OF_RECORD, START_OF_SUBFIELD = b"\x1e", b"\x1d", b"\x1f"
LEADER_LENGTH, ENTRY_LENGTH = 24, 12

TaggedBytes = tuple[str, bytes]


def marc_record(raw: bytes, *, encoding: str, warn: Warn) -> MarcRecord:
    """Raises RefusedRow where the record is cut off or its directory can't be understood."""
    if len(raw) <= LEADER_LENGTH:
        raise RefusedRow(_("This is no MARC record: it is shorter than a leader."))
    leader = raw[:LEADER_LENGTH].decode("ascii", "replace")
    fields = _tagged(raw, warn)
    decode = decoder(
        b"".join(data for tag, data in fields if not _is_control(tag)),
        says_utf8=leader[9] == "a",
        language=_language(fields),
        asked_for=encoding,
        warn=warn,
    )
    record = MarcRecord(fields=[_field(tag, data, decode) for tag, data in fields])
    record.leader = Leader(leader)
    return record


def _language(fields: Sequence[TaggedBytes]) -> str:
    fixed = next((data for tag, data in fields if tag == "008"), b"")
    return fixed[35:38].decode("ascii", "replace")


def _tagged(raw: bytes, warn: Warn) -> list[TaggedBytes]:
    """Where the lengths are wrong, the fields are taken one after the other for the tags of the directory."""
    try:
        fields = _by_directory(raw)
    except ValueError:
        fields = _in_order(raw)
        warn(_("The directory's lengths are wrong; the fields were taken in their order."))
    if raw[:5] != b"%05d" % len(raw):
        warn(_("The leader gives a wrong length of the record."))
    return fields


def _by_directory(raw: bytes) -> list[TaggedBytes]:
    """Raises ValueError where an entry does not point at a whole field."""
    base = int(raw[12:17])
    if raw[base - 1 : base] != END_OF_FIELD:
        raise ValueError("the directory does not end where the leader says")
    return [_pointed_at(raw, base, entry) for entry in _entries(raw[LEADER_LENGTH : base - 1])]


def _pointed_at(raw: bytes, base: int, entry: bytes) -> TaggedBytes:
    length, offset = int(entry[3:7]), int(entry[7:12])
    data = raw[base + offset : base + offset + length]
    if data.find(END_OF_FIELD) != length - 1:
        raise ValueError("the entry does not point at a field")
    return entry[:3].decode("ascii"), data[:-1]


def _in_order(raw: bytes) -> list[TaggedBytes]:
    directory, *fields = raw.removesuffix(END_OF_RECORD)[LEADER_LENGTH:].split(END_OF_FIELD)
    tags = [entry[:3].decode("ascii", "replace") for entry in _entries(directory)]
    if len(tags) >= len(fields) and not raw.endswith(END_OF_RECORD):
        raise RefusedRow(_("The record is cut off: it breaks off before its end."))
    if len(tags) != len(fields) - 1:
        raise RefusedRow(_("The record's directory can't be understood."))
    return list(zip(tags, fields, strict=False))


def _entries(directory: bytes) -> list[bytes]:
    return [directory[start : start + ENTRY_LENGTH] for start in range(0, len(directory), ENTRY_LENGTH)]


def _is_control(tag: str) -> bool:
    return tag < "010" and tag.isdigit()


def _field(tag: str, data: bytes, decode: Decode) -> Field:
    if _is_control(tag):
        return Field(tag=tag, data=data.decode("utf-8", "replace"))
    indicators, *subfields = data.split(START_OF_SUBFIELD)
    first, second = (indicators.decode("ascii", "replace") + "  ")[:2]
    return Field(
        tag=tag,
        indicators=Indicators(first, second),
        subfields=[_subfield(decode(subfield)) for subfield in subfields if subfield],
    )


def _subfield(text: str) -> Subfield:
    """A code that is no ASCII ("á") means its letter."""
    text = text or " "
    if text[0].isascii():
        return Subfield(code=text[0], value=text[1:])
    text = text.lstrip("\ufffd") or " "
    return Subfield(code=unicodedata.normalize("NFKD", text[0])[0], value=text[1:])
