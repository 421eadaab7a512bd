"""Reading MARC files in tests, and building small ones."""

from io import BytesIO

from pymarc import Field, Indicators, Subfield
from pymarc import Record as MarcRecord

from books.importing.sources import open_source

LEADER = "00000nam a2200000 i 4500"


def reads(content, **wishes):
    """Every record of a file, or of its bytes."""
    with open_source(BytesIO(content) if isinstance(content, bytes) else content, **wishes) as source:
        return list(source.records())


def only(content, **wishes):
    (read,) = reads(content, **wishes)
    return read


def told(record):
    """What a record tells, without what it leaves empty; authors as plain pairs."""
    fields = {name: getattr(record, name) for name in record.__slots__}
    fields["authors"] = tuple(map(tuple, record.authors))
    return {name: value for name, value in fields.items() if value not in ("", None, (), 0)}


def marc(*fields, leader=LEADER):
    """A record from fields written as "245 10 $a Emma : $b a novel" or "008 text"; `_` is a blank indicator."""
    record = MarcRecord(fields=[_field(text) for text in fields])
    record.leader = leader
    return record


def _field(text):
    tag, rest = text[:3], text[4:]
    if tag < "010":
        return Field(tag=tag, data=rest)
    indicators, *subfields = rest.split("$")
    first, second = indicators.strip().ljust(2).replace("_", " ")
    return Field(
        tag=tag,
        indicators=Indicators(first, second),
        subfields=[Subfield(text[0], text[1:].strip()) for text in subfields],
    )
