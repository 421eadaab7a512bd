"""The text of one MARCXML record becomes its fields. Names are compared without their namespace."""

import re
from html.entities import html5
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from pymarc import Field, Indicators, Leader, Subfield
from pymarc import Record as MarcRecord

from books.importing.record import RefusedRow, Warn

LEADER_LENGTH = 24
_NO_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|&#(?:0*(?:[0-8]|1[124-9]|2\\d|3[01])|x0*(?:[0-8bBcCeEfF]|1[0-9A-Fa-f]));"
)
_NUMBERS_AND_OWN_NAMES = r"(?:#\d+|#x[0-9A-Fa-f]+|amp|lt|gt|quot|apos);"
_AMPERSAND = re.compile(rf"<!\[CDATA\[.*?\]\]>|&(?!{_NUMBERS_AND_OWN_NAMES})(?P<name>\w+;)?", re.DOTALL)


def marc_record(text: str, warn: Warn) -> MarcRecord:
    """Raises RefusedRow where the text is no XML."""
    clean, removed = _NO_XML.subn("", text)
    if removed:
        warn(_("Control characters, which XML does not allow, were left out."))
    if "\ufffd" in clean:
        warn(_("Some characters can't be read; “�” stands for each."))
    return _Reading().of(_with_ampersands_mended(clean, warn))


def _with_ampersands_mended(text: str, warn: Warn) -> str:
    """Names of characters that only HTML has are these characters; any other "&" is itself. CDATA stays as it is."""
    remarks: dict[str, None] = {}

    def mended(found: re.Match[str]) -> str:
        if found[0].startswith("<"):
            return found[0]
        if character := html5.get(found["name"] or ""):
            remarks[_("“&%s” is a name of HTML, not of XML, and was taken for its character.") % found["name"]] = None
            return escape(character)
        remarks[_("A bare “&” was taken for the character itself.")] = None
        return found[0].replace("&", "&amp;")

    clean = _AMPERSAND.sub(mended, text)
    for remark in remarks:
        warn(remark)
    return clean


class _Reading:
    """Takes the parser's events of one record."""

    def __init__(self) -> None:
        self._record = MarcRecord()
        self._record.leader = Leader(" " * LEADER_LENGTH)
        self._field: Field | None = None
        self._attributes: dict[str, str] = {}
        self._text: list[str] = []

    def of(self, text: str) -> MarcRecord:
        """Raises RefusedRow."""
        parser = ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        try:
            parser.Parse(text.encode("utf-8"), True)
        except ExpatError as error:
            raise RefusedRow(_("The record is no well-formed XML: %s.") % error) from error
        return self._record

    def _begin(self, name: str, attributes: dict[str, Any]) -> None:
        self._text.clear()
        self._attributes = attributes
        if _local(name) == "datafield":
            first, second = ((attributes.get(name) or " ")[0] for name in ("ind1", "ind2"))
            self._field = Field(tag=_tag(attributes), indicators=Indicators(first, second), subfields=[])

    def _end(self, name: str) -> None:
        text = "".join(self._text)
        match _local(name):
            case "leader":
                self._record.leader = Leader(_leader(text))
            case "controlfield":
                self._record.add_field(Field(tag=_tag(self._attributes), data=text))
            case "subfield" if self._field:
                self._field.subfields.append(Subfield(self._attributes.get("code", " "), text))
            case "datafield" if self._field:
                self._record.add_field(self._field)
                self._field = None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _tag(attributes: dict[str, str]) -> str:
    return attributes.get("tag", "").zfill(3)[:3]


def _leader(text: str) -> str:
    """Where blanks at its beginning were lost, the "22" in its middle tells how many."""
    lost = 10 - text.find("22") if len(text) < LEADER_LENGTH and 0 <= text.find("22") < 10 else 0
    return f"{' ' * lost}{text}".ljust(LEADER_LENGTH)[:LEADER_LENGTH]
