"""A book as a MARC21 record. What MARC21 has no field for stands in 990, a local field.

Leader/18 says that there is no punctuation between the parts, so that texts come back as they went.
"""

import re
from collections.abc import Iterator

import langcodes
from pymarc import Field, Indicators, Leader, Subfield
from pymarc import Record as MarcRecord

from books.importing.record import Contributor, Record
from books.importing.sources.marc_texts import OWN_RECORDS
from books.models import Book

LEADER = "00000nam a2200000 c 4500"
EARLIEST_YEAR_OF_FOUR_DIGITS = 1000
_BINDINGS = {Book.Cover.HARD.value: "hardcover", Book.Cover.SOFT.value: "paperback"}
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def marc_record(pk: int, record: Record) -> MarcRecord:
    fields = [
        Field(tag="001", data=str(pk)),
        Field(tag="003", data=OWN_RECORDS),
        Field(tag="008", data=_fixed(record)),
        *(field for field in _fields(record) if field.subfields),
    ]
    marc = MarcRecord(fields=fields)
    marc.leader = Leader(LEADER)
    return marc


def _fields(record: Record) -> Iterator[Field]:
    yield from _numbers(record)
    yield _field("041", " 7", a=record.language, **({"2": "rfc5646"} if record.language else {}))
    yield _exact_year(record.year)
    yield from map(_person, ("100", *("700",) * len(record.authors)), record.authors)
    yield _field("245", f"{int(bool(record.authors))}0", a=record.title, b=record.subtitle)
    yield _field("264", " 1", b=record.publisher)
    yield _field("300", "  ", a=f"{record.pages} pages" if record.pages else "")
    yield _field("490", "0 ", a=record.series)
    yield _field("520", "  ", a=record.description)
    yield _field("563", "  ", a=_BINDINGS.get(record.cover, ""))
    yield from (_field("655", " 4", a=genre) for genre in record.genres)
    yield _field("765", "0 ", t=record.original_title)
    yield from (_field("852", "  ", p=barcode) for barcode in record.barcodes)
    if record.cover_url:
        yield Field(
            "856",
            Indicators("4", "2"),
            [Subfield("3", "Cover image"), Subfield("u", record.cover_url)],
        )
    yield _own(record)


def _field(tag: str, indicators: str, **subfields: str) -> Field:
    """Only with the subfields that say something."""
    said = [Subfield(code, _NO_XML.sub("", text)) for code, text in subfields.items() if text]
    return Field(tag, Indicators(*indicators), said)


def _fixed(record: Record) -> str:
    """008: the year and the language in their places, the other places not filled in."""
    year = record.year if record.year and record.year >= EARLIEST_YEAR_OF_FOUR_DIGITS else None
    kind, date = ("s", f"{year:04}") if year else ("n", "uuuu")
    return f"||||||{kind}{date}    xx {'|' * 17}{_three_letters(record.language)} d"


def _three_letters(language: str) -> str:
    try:
        return langcodes.get(language).to_alpha3(variant="B") if language else "und"
    except LookupError:
        return "und"


def _exact_year(year: int | None) -> Field:
    """046: years that four digits can't tell."""
    if year is None or year >= EARLIEST_YEAR_OF_FOUR_DIGITS:
        return _field("046", "  ")
    return _field("046", "  ", a="b", b=str(-year)) if year < 0 else _field("046", "  ", a="s", c=f"{year:04}")


def _person(tag: str, author: Contributor) -> Field:
    return _field(tag, "0 ", a=author.name, e=author.role)


def _numbers(record: Record) -> Iterator[Field]:
    """The price stands beside the first ISBN, or alone."""
    price = "" if record.price is None else f"${record.price}"
    yield _field("020", "  ", a=record.isbns[0] if record.isbns else "", c=price)
    yield from (_field("020", "  ", a=isbn) for isbn in record.isbns[1:])


def _own(record: Record) -> Field:
    told = {"f": record.daily_fee, "r": record.rating, "n": record.ratings_count or None}
    return _field("990", "  ", **{code: str(value) for code, value in told.items() if value is not None})
