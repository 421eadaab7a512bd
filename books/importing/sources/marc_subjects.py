"""Genres from the subjects of a MARC21 record."""

from collections.abc import Iterator

from pymarc import Record as MarcRecord

from books.importing import cleaning
from books.importing.cleaning import one_line
from books.importing.record import Warn
from books.importing.sources.marc_texts import has_isbd, trimmed

MOST_SUBJECTS = 10
MOST_GENRES = 50


def genres(marc: MarcRecord, warn: Warn) -> tuple[str, ...]:
    """Genre terms (655), then up to ten subjects and places (650, 651), each without its subdivisions.

    A subdivision that names a form ("Fiction") is a genre of its own.
    """
    clean = trimmed if has_isbd(marc) else one_line
    terms = [clean(field.get("a", "")) for field in marc.get_fields("655")][:MOST_GENRES]
    subjects = list(dict.fromkeys(filter(None, map(clean, _subjects(marc)))))[:MOST_SUBJECTS]
    return cleaning.subjects("\n".join([*terms, *subjects]), "\n", warn)


def _subjects(marc: MarcRecord) -> Iterator[str]:
    for field in marc.get_fields("650", "651"):
        yield field.get("a", "").split("--")[0]
        yield from field.get_subfields("v")
