"""What a MARC21 record tells of a book, whichever way it was written down."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from pymarc import Record as MarcRecord

from books.importing import cleaning
from books.importing.record import Record, RefusedRow, Warn
from books.importing.sources.marc_names import contributors
from books.importing.sources.marc_numbers import barcodes, cover, isbns, pages, price, year
from books.importing.sources.marc_subjects import genres
from books.importing.sources.marc_texts import Titles, has_isbd, is_own, texts, titles, trimmed
from books.importing.sources.source import Read

_BOOK_TYPES = "at"
_NO_BOOKS = {
    **dict.fromkeys("cd", _("printed or written music")),
    **dict.fromkeys("ef", _("a map")),
    "g": _("a film or a video"),
    "i": _("spoken sound"),
    "j": _("recorded music"),
    "k": _("a picture"),
    "m": _("a computer file"),
    "o": _("a kit"),
    "p": _("mixed material"),
    "r": _("an object"),
    **dict.fromkeys("uvxy", _("a list of holdings")),
    "w": _("a classification"),
    "z": _("an authority record"),
}
_NOT_NAMED = {
    "s.n",
    "s. n",
    "sn",
    "publisher not identified",
    "s.n.",
    "s. n.",
    "ḥ. mo. l",
    "ḥ. mo. l.",
    "б. и",
    "б. и.",
}
_UNIMARC_100 = re.compile(r"^\d{8}[a-z][\d| ]{4}")
_OBSOLETE_LANGUAGES = {
    "cam": "km", "esk": "yup", "esp": "eo", "eth": "gez", "far": "fo", "fri": "fy", "gae": "gd", "gag": "gl",
    "gal": "om", "gua": "gn", "int": "ia", "iri": "ga", "lan": "oc", "lap": "se", "max": "gv", "mla": "mg",
    "sao": "sm", "sho": "sn", "snh": "si", "sso": "st", "swz": "ss", "tag": "tl", "taj": "tg", "tar": "tt",
    "tru": "chk", "tsw": "tn",
}  # fmt: skip
_NO_LANGUAGE = {"und", "zxx", "xxx"}


def read_marc(marc: MarcRecord, *, number: int, changes: list[str], original: bytes) -> Read:
    """The book that this record tells of, or why there is none."""
    found = titles(marc)
    numbers = isbns(marc, changes.append)
    if reason := why_no_book(str(marc.leader), has_isbn=bool(numbers)):
        return Read(number, found.title, changes=changes, refusal=reason, is_book=False)
    try:
        record = _book(marc, found, numbers, changes.append)
    except RefusedRow as refusal:
        return Read(number, found.title, refusal=str(refusal), original=original)
    return Read(number, record.title, record, changes)


def why_no_book(leader: str, *, has_isbn: bool) -> str:
    """Empty for what is written to be read. What has an ISBN is taken for that where the leader says nothing."""
    kind = leader[6:7]
    if leader[5:6] == "d":
        return _("The record says that it was deleted.")
    if kind in _BOOK_TYPES or not leader.strip():
        return ""
    if named := _NO_BOOKS.get(kind):
        return _("This is no book but %s.") % named
    return "" if has_isbn else _("The leader does not say that this is a book, and there is no ISBN.")


def _book(marc: MarcRecord, found: Titles, numbers: tuple[str, ...], warn: Warn) -> Record:
    _check(marc, found)
    return Record(
        title=cleaning.fitting(found.title, "title", warn),
        subtitle=cleaning.fitting(found.subtitle, "subtitle", warn),
        original_title=cleaning.fitting(found.original_title, "original_title", warn),
        series=cleaning.fitting(found.series, "series", warn),
        authors=contributors(marc, warn),
        genres=genres(marc, warn),
        publisher=cleaning.publisher_name(_publisher(marc), warn),
        language=_language(marc, warn),
        year=cleaning.year(year(marc), warn),
        pages=cleaning.pages(pages(marc), warn),
        cover=cover(marc),
        cover_url=cleaning.web_address(_cover_url(marc), warn),
        isbns=numbers,
        description="\n".join(filter(None, map(cleaning.paragraphs, texts(marc, "520", "a", "b")))),
        price=cleaning.price(price(marc), warn),
        barcodes=barcodes(marc, warn),
        **_own_fields(marc, warn),
    )


def _check(marc: MarcRecord, found: Titles) -> None:
    """Raises RefusedRow."""
    if found.title:
        return
    if "200" in marc and ("100" not in marc or _UNIMARC_100.match(marc["100"].get("a", ""))):
        raise RefusedRow(_("This is a UNIMARC record (its title stands in 200): only MARC21 can be imported."))
    raise RefusedRow(_("The record has no title (245)."))


def _publisher(marc: MarcRecord) -> str:
    """The publication's own statement before those of its production and distribution."""
    fields = [*(field for field in marc.get_fields("264") if field.indicator2 == "1"), *marc.get_fields("260", "264")]
    clean = trimmed if has_isbd(marc) else cleaning.one_line
    names = [clean(name) for field in fields for name in field.get_subfields("b")]
    return next((name for name in names if name and (is_own(marc) or name.casefold() not in _NOT_NAMED)), "")


def _language(marc: MarcRecord, warn: Warn) -> str:
    """Of the fixed field, else of 041, whose old form strings several codes together."""
    if is_own(marc):
        return cleaning.language("".join(texts(marc, "041", "a")), warn)
    fixed = "".join(field.data or "" for field in marc.get_fields("008")[:1])[35:38]
    listed = [field.get("a", "") for field in marc.get_fields("041") if field.indicator2 != "7"]
    for code in (fixed, *(text.strip()[:3] for text in listed)):
        code = code.casefold()
        if code.isascii() and code.isalpha() and len(code) == 3 and code not in _NO_LANGUAGE:
            return cleaning.language(_OBSOLETE_LANGUAGES.get(code, code), warn)
    return ""


def _cover_url(marc: MarcRecord) -> str:
    covers = (field for field in marc.get_fields("856") if field.get("3", "").casefold() == "cover image")
    return next((field.get("u", "") for field in covers), "")


# 990 is a local field: what this library's export says of a book that MARC21 has no place for.
_OWN: dict[str, tuple[str, Callable[[str, Warn], Any]]] = {
    "f": ("daily_fee", cleaning.daily_fee),
    "r": ("rating", cleaning.rating),
    "n": ("ratings_count", cleaning.ratings_count),
}


def _own_fields(marc: MarcRecord, warn: Warn) -> dict[str, Any]:
    own = marc.get("990") if is_own(marc) else None
    said = {code: own.get(code, "") for code in _OWN} if own else {}
    return {name: clean(said[code], warn) for code, (name, clean) in _OWN.items() if said.get(code)}
