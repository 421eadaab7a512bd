"""ISBNs, years, pages, prices and barcodes of a MARC21 record."""

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _
from pymarc import Record as MarcRecord

from books.importing.cleaning import cover as cover_named
from books.importing.cleaning import one_line, without_thousands
from books.importing.record import Warn
from books.isbn import InvalidIsbn, isbn13
from books.models import Book, Copy

LONGEST_BARCODE = Copy._meta.get_field("barcode").max_length or 40
MOST_BARCODES = 1_000
SHORTEST_ISBN = 9
# No book says more of its pages, and the pattern for them is slow with long texts.
LONGEST_EXTENT = 500

_NUMBER = re.compile(r"^[\s(\[]*(?:ISBN(?:-1[03])?:?\s*)?(?P<first>[\dXx‐–-]+)(?P<rest>(?:[ ‐–-][\dXx]+)*)", re.I)
_BINDINGS = (
    (
        re.compile(
            r"\b(?:pbk|(?<!alk\. )(?<!alk\.)(?<!free )paper|paperback|softcover|soft cover|sc|br|broch|brosch|kart)\b",
            re.I,
        ),
        Book.Cover.SOFT,
    ),
    (re.compile(r"\b(?:hbk|hardback|hardcover|hard cover|hc|cloth|bound|geb|gebunden|rel)\b", re.I), Book.Cover.HARD),
)
_DOLLARS = re.compile(
    r"(?<![A-Za-z])(?:US\s?)?\$\s*(?P<price>\d[\d,]*(?:\.\d{1,2})?)(?![\d.]|\s*\(?(?:Can|Cdn|Aus|NZ|HK))", re.I
)
_YEAR = re.compile(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)")
_PAGES = re.compile(
    r"(?P<numbers>\d(?:[^()]*?\d)?)[\])]*\s*(?:p(?!\.?\s*l\b)|pp|pgs|pages?|S|Seiten|leaves|str|strony|s|с|стр|ص|頁|ページ)\b",
    re.I,
)


def isbns(marc: MarcRecord, warn: Warn) -> tuple[str, ...]:
    """Those of $a with a right check digit, each once; $z holds what was cancelled."""
    written = (text for field in marc.get_fields("020") for text in field.get_subfields("a"))
    return tuple(dict.fromkeys(number for text in written if (number := _isbn(one_line(text), warn))))


def _isbn(text: str, warn: Warn) -> str:
    """Of "0596001738 (pbk.)" the number; one with spaces inside too."""
    match = _NUMBER.match(text)
    if match is None:
        return ""
    first, whole = match["first"], match["first"] + match["rest"]
    number = whole if len(re.sub(r"\D", "", first)) < SHORTEST_ISBN - 1 else first
    try:
        if len(re.sub(r"[^\dXx]", "", number)) < SHORTEST_ISBN:
            raise InvalidIsbn(_("“%s” is not an ISBN.") % text)
        return isbn13(number)
    except InvalidIsbn as error:
        warn(_("%s It was not stored.") % error)
        return ""


def cover(marc: MarcRecord) -> str:
    """As the words beside the first ISBN say, or the field for bindings (563)."""
    for field in marc.get_fields("563"):
        if binding := cover_named(field.get("a", ""), lambda _remark: None):
            return binding
    for field in marc.get_fields("020"):
        words = " ".join(field.get_subfields("a", "q"))
        for pattern, binding in _BINDINGS:
            if pattern.search(words):
                return binding
    return ""


def price(marc: MarcRecord) -> str:
    """In US dollars, of whichever edition names one."""
    terms = (text for field in marc.get_fields("020") for text in field.get_subfields("c"))
    found = next(filter(None, map(_DOLLARS.search, terms)), None)
    return found["price"].replace(",", "") if found else ""


def year(marc: MarcRecord) -> str:
    """First published: exact dates (046), the fixed field, then the words of the imprint."""
    return next((year for year in _years(marc) if year), "")


def _years(marc: MarcRecord) -> Iterator[str]:
    yield from _exact_years(marc)
    yield from _plausible(_fixed_years(marc))
    for field in sorted(marc.get_fields("260", "264"), key=lambda field: field.indicator2 == "4"):
        yield from _plausible(_YEAR.findall(" ".join(field.get_subfields("c"))))


def _exact_years(marc: MarcRecord) -> Iterator[str]:
    """046 tells years that four digits can't: those before our era in $b."""
    for field in marc.get_fields("046"):
        before, after = field.get("b", "").strip(), field.get("c", "").strip()
        if before.isdecimal():
            yield f"-{before}"
        if after.isdecimal() and len(after) == 4:
            yield after


def _fixed_years(marc: MarcRecord) -> list[str]:
    """A reprint (r) has the year of the first edition beside its own."""
    fixed = "".join(field.data or "" for field in marc.get_fields("008")[:1])
    years = [fixed[7:11], fixed[11:15]]
    return sorted(years) if fixed[6:7] == "r" else years[:1]


def _plausible(years: Iterable[str]) -> Iterator[str]:
    return (year for year in years if _YEAR.fullmatch(year))


def pages(marc: MarcRecord) -> str:
    """ "xii, 450 p., [16] p. of plates" → "450": the largest number before the first "p"."""
    for field in marc.get_fields("300"):
        for extent in field.get_subfields("a"):
            if found := _PAGES.search(without_thousands(extent[:LONGEST_EXTENT])):
                return max(re.findall(r"\d+", found["numbers"]), key=int)
    return ""


def barcodes(marc: MarcRecord, warn: Warn) -> tuple[str, ...]:
    """Of copies: 852 $p as MARC21 has it, 952 $p as Koha does."""
    written = (one_line(code) for field in marc.get_fields("852", "952") for code in field.get_subfields("p"))
    found = dict.fromkeys(filter(None, written))
    kept = [code for code in found if len(code) <= LONGEST_BARCODE][:MOST_BARCODES]
    if len(kept) < len(found):
        warn(_("Barcodes that are too long, or too many, were left out."))
    return tuple(kept)
