"""Who made a book, from a MARC21 record: names in direct order with what they did."""

import re
from collections.abc import Iterator

from pymarc import Field
from pymarc import Record as MarcRecord

from books.importing import cleaning
from books.importing.cleaning import in_natural_order, one_line
from books.importing.record import Contributor, Warn
from books.importing.sources.marc_texts import has_isbd, is_own, trimmed

_NAMES = ("100", "110", "111", "700", "710", "711")
_PERSONS = ("100", "700")
_IN_DIRECT_ORDER, _FAMILY = "0", "3"
_YEARS = re.compile(r",\s*(?:[bd]\. ?|ca\. ?|approximately )?\d{3,4}\b.*$")
# "Severus, of Antioch": what follows the comma is no first name.
_OF_A_PLACE = re.compile(r"^[^,]+, (?:of|the|von|van|de|d'|di|da)\b")
_SEVERAL_ROLES = re.compile(r",? ?\[?\band\b\]?|&|, ")
_SUFFIX = re.compile(r"^(Jr|Sr|I{1,3}|IV)\b\.?", re.I)

# Relator codes of the Library of Congress for those who are named on a title page; writers have no role of their own.
ROLES = {
    "aut": "", "cre": "", "dub": "", "lbt": "librettist", "lyr": "lyricist", "ill": "illustrator", "art": "artist",
    "trl": "translator", "edt": "editor", "edc": "editor", "pbd": "editor", "com": "compiler", "ann": "annotator",
    "adp": "adapter", "abr": "abridger", "aui": "author of introduction", "aft": "author of afterword",
    "win": "author of introduction", "wpr": "author of preface", "aud": "author of dialogue", "ctb": "contributor",
    "col": "collaborator", "clb": "collaborator", "cmp": "composer", "ctg": "cartographer", "pht": "photographer",
    "nrt": "narrator", "ivr": "interviewer", "ive": "interviewee", "hnr": "honoree", "cwt": "commentator",
    "cov": "cover designer", "bkd": "book designer", "dsr": "designer", "drm": "illustrator", "egr": "engraver",
    "rev": "reviewer", "red": "editor", "res": "researcher", "ths": "supervisor", "dgs": "supervisor",
    "sad": "scientific advisor", "oth": "", "asn": "", "wac": "author of commentary", "spk": "speaker",
    "clr": "colorist", "ink": "inker", "ltr": "letterer", "pnc": "penciller", "prf": "performer", "drt": "director",
}  # fmt: skip
# They had the book in hand, but did not make what is read in it.
_NOT_ON_THE_TITLE_PAGE = {
    "fmo", "own", "dnr", "dte", "dto", "pbl", "prt", "bnd", "bsl", "ins", "sgn", "dst", "fnd", "spn", "isb", "his",
    "dgg", "lbr", "mfr", "pup", "evp", "former owner", "owner", "donor", "dedicatee", "publisher", "printer", "binder",
    "bookseller", "inscriber", "distributor", "funder", "sponsor", "issuing body", "host institution",
    "sponsoring body", "degree granting institution",
}  # fmt: skip
_TERMS = {
    **dict.fromkeys(("author", "joint author", "creator", "writer", "aut", "verfasser", "auteur"), ""),
    **dict.fromkeys(("ed", "eds", "joint editor", "joint ed", "hrsg", "herausgeber"), "editor"),
    **dict.fromkeys(("tr", "trans", "translated by", "übersetzer", "traducteur", "traductor"), "translator"),
    **dict.fromkeys(("ill", "illus", "illustrated by", "illustrateur", "ilustrador"), "illustrator"),
    "comp": "compiler",
}


def contributors(marc: MarcRecord, warn: Warn) -> tuple[Contributor, ...]:
    """Each once, the main entry first; not the authors of works that are only mentioned ($t)."""
    fields = sorted(marc.get_fields(*_NAMES), key=lambda field: field.tag[0])
    role = _own_role if is_own(marc) else _role
    named = ((field, role(field)) for field in fields if not field.get("t"))
    name = _name_with_isbd if has_isbd(marc) else _name
    return cleaning.contributors((Contributor(name(field), role) for field, role in named if role is not None), warn)


def _name(field: Field) -> str:
    """Names in direct order are taken letter by letter."""
    if field.tag not in _PERSONS or field.indicator1 == _IN_DIRECT_ORDER:
        return one_line(" ".join(field.get_subfields("a", "b")))
    return _name_with_isbd(field)


def _name_with_isbd(field: Field) -> str:
    if field.tag in _PERSONS:
        return _person(field)
    units = map(_heading, field.get_subfields("a", "e" if field.tag.endswith("11") else "b"))
    return ". ".join(filter(None, units)).replace(".. ", ". ")


def _heading(text: str) -> str:
    return trimmed(_YEARS.sub("", text.replace("[from old catalog]", "")))


def _person(field: Field) -> str:
    """ "Tolkien, J. R. R.," → "J. R. R. Tolkien"; "John Paul" "II," "Pope" → "John Paul II"."""
    name = _heading(field.get("a", ""))
    if field.indicator1 not in (_IN_DIRECT_ORDER, _FAMILY):
        name = name.replace(", ", " ") if _OF_A_PLACE.search(name) else in_natural_order(name)
    suffix = _SUFFIX.match(one_line(field.get("c", "")))
    return " ".join(filter(None, (name, trimmed(field.get("b", ""))))) + (f", {suffix[0]}" if suffix and name else "")


def _own_role(field: Field) -> str | None:
    return one_line(field.get("e", ""))


def _role(field: Field) -> str | None:
    """What they did, empty for writing; None for those who did not make the book."""
    codes = [code.rsplit("/", 1)[-1].strip(" .,").casefold() for code in field.get_subfields("4")]
    said = list(_terms(field))
    if any(role in _NOT_ON_THE_TITLE_PAGE for role in [*codes, *said]):
        return None
    for code in codes:
        if code in ROLES:
            return ROLES[code]
    return _TERMS.get(said[0], said[0]) if said else ""


def _terms(field: Field) -> Iterator[str]:
    for term in field.get_subfields("j" if field.tag.endswith("11") else "e"):
        first = _SEVERAL_ROLES.split(one_line(term))[0]
        if tidy := first.strip(" .,;:[]()").casefold():
            yield tidy
