"""Titles and other texts of a MARC21 record, without the punctuation that stands between its parts (ISBD)."""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from pymarc import Field
from pymarc import Record as MarcRecord

from books.importing.cleaning import one_line

_LINK = re.compile(r"^(?P<tag>\d{3})-(?P<number>\d\d)")
_END = re.compile(r"[\s/:;,=]+$")
# A full stop that is part of the word: an initial, an abbreviation, an ellipsis.
_OWN_STOP = re.compile(
    r"(?:\b[^\W\d_]|\.[^\W\d_]+|\.\.|\b(?:Jr|Sr|etc|Inc|Co|Corp|Ltd|Bros|Dept|vol|no|ed|St|Dr|Mrs?))\.$", re.I
)
_ORDINAL = re.compile(r"^(?:v|vol|volume|no|nr|number|bd|band|t|tome|book|bk|pt|part|#)?[.\s]*(?P<number>\d+)$", re.I)
_WITHOUT_ISBD = ("c", "n")
# In 003 of what this library's export wrote: it comes back letter by letter.
OWN_RECORDS = "library-portal"

Clean = Callable[[str], str]


class Titles(NamedTuple):
    """As they stand in a book: each may be empty."""

    title: str
    subtitle: str = ""
    original_title: str = ""
    series: str = ""


def has_isbd(marc: MarcRecord) -> bool:
    """Whether punctuation stands between the parts of a field (leader/18 says so where it does not)."""
    return str(marc.leader)[18:19] not in _WITHOUT_ISBD


def is_own(marc: MarcRecord) -> bool:
    return any(field.data == OWN_RECORDS for field in marc.get_fields("003"))


def trimmed(text: str) -> str:
    """Without the punctuation that leads to the next part, and without the full stop that ends a field."""
    tidy = _END.sub("", one_line(text)).strip()
    if tidy.endswith(".") and not _OWN_STOP.search(tidy):
        tidy = _END.sub("", tidy[:-1])
    brackets = re.sub(r"[^][]", "", tidy)
    if brackets.replace("[]", "") or (brackets == "[]" and tidy.startswith("[") and tidy.endswith("]")):
        tidy = " ".join(re.sub(r"[][]", " ", tidy).split())
    return tidy


def texts(marc: MarcRecord, tag: str, *codes: str) -> list[str]:
    """The parts of each field of that tag, joined."""
    joined = (" ".join(field.get_subfields(*codes)) for field in marc.get_fields(tag))
    return [text for text in joined if text.strip()]


def titles(marc: MarcRecord) -> Titles:
    clean = trimmed if has_isbd(marc) else one_line
    field = marc.get("245")
    if field is None:
        field = _in_its_script(marc, "245")
    if field is None:
        return Titles("")
    main, subtitle = _title(field, clean)
    return Titles(main, subtitle, _original_title(marc, clean, main), _series(marc, clean))


def _title(field: Field, clean: Clean) -> tuple[str, str]:
    """ "Harry Potter", "Book 1", "The stone" → "Harry Potter. Book 1. The stone"."""
    parts = [clean(text) for text in field.get_subfields("a", "n", "p")]
    if not any(parts):
        parts = [clean(text) for text in field.get_subfields("k", "b")]
        return ". ".join(filter(None, parts)), ""
    subtitle = " : ".join(filter(None, map(clean, field.get_subfields("b"))))
    return ". ".join(filter(None, parts)), subtitle


def _original_title(marc: MarcRecord, clean: Clean, main: str) -> str:
    """In its own script (880) where the title is romanised, else what it was translated from (240, 765)."""
    native = _in_its_script(marc, "245")
    title = _title(native, clean)[0] if native else ""
    if title and title != main and not _is_latin(title):
        return title
    translated = [clean(field.get("a", "")) for field in marc.get_fields("240", "130") if field.get("l")]
    originals = [clean(field.get("t", "")) for field in marc.get_fields("765")]
    return next((title for title in [*translated, *originals] if title and (title != main or is_own(marc))), "")


def _in_its_script(marc: MarcRecord, tag: str) -> Field | None:
    """The field 880 that says the same as the first field of that tag, in the script of the book."""
    romanised = marc.get(tag)
    wanted = _LINK.match(romanised.get("6", "")) if romanised else None
    for field in marc.get_fields("880"):
        link = _LINK.match(field.get("6", ""))
        if link and link["tag"] == tag and (wanted is None or link["number"] in ("00", wanted["number"])):
            return field
    return None


def _is_latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in text if letter.isalpha())


def _series(marc: MarcRecord, clean: Clean) -> str:
    """As it stands on the book: "Earthsea #3"; a numbering of another kind follows a comma."""
    for field in marc.get_fields("490", "440") or marc.get_fields("830", "800", "810", "811"):
        name = clean(field.get("t" if field.tag in ("800", "810", "811") else "a", ""))
        if name:
            before, _mark, after = name.partition(" ; ") if has_isbd(marc) else (name, "", "")
            return _numbered(before, clean(field.get("v", "")) or after)
    return ""


def _numbered(name: str, volume: str) -> str:
    if ordinal := _ORDINAL.match(volume):
        return f"{name} #{ordinal['number']}"
    return f"{name}, {volume}" if volume else name
