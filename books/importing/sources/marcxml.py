"""MARCXML files. Each record is found in the text and parsed alone, so that an ill-formed one costs only itself.

Several roots, declarations in the middle, and prefixes that nobody declared therefore do no harm. Document types are
refused, and with them every entity but those of XML itself.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder, lookup
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _

from books.importing.models import ImportJob
from books.importing.record import RefusedRow
from books.importing.sources.marc_characters import check_encoding
from books.importing.sources.marc_record import read_marc
from books.importing.sources.marcxml_record import marc_record
from books.importing.sources.source import Around, Read, Source, UnknownFile, Wishes

LONGEST_RECORD = 2_000_000
LONGEST_ORIGINAL = 100_000
_START = 262_144
_BLOCK = 65_536
_BEGIN = re.compile(r"<(?:[\w.-]+:)?record(?=[\s/>])")
_MARK = re.compile(rf"<!--|<!DOCTYPE|<!ENTITY|{_BEGIN.pattern}")
_END = re.compile(rf"</(?:[\w.-]+:)?record\s*>|{_BEGIN.pattern}")
_EMPTY = re.compile(r"<[^<>]*/>")
_HAS_FIELDS = re.compile(r"<(?:[\w.-]+:)?(?:leader|controlfield|datafield)\b")
_DECLARED = re.compile(rb"""^<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)["']""")
# Enough of the text is kept for a mark that a block's end cuts in two.
_LONGEST_MARK = 200


class Piece(NamedTuple):
    """`is_whole` tells a record from one that was never closed."""

    text: str
    is_whole: bool


class MarcXmlSource(Source):
    format = ImportJob.Format.MARCXML
    profile = "marcxml"
    around = Around(b'<collection xmlns="http://www.loc.gov/MARC21/slim">\n', b"\n", b"\n</collection>\n")

    def __init__(self, file: BinaryIO, wishes: Wishes) -> None:
        super().__init__(file, wishes)
        check_encoding(wishes.encoding)
        start = file.read(_START)
        file.seek(0)
        self._encoding = _encoding(start, wishes.encoding)
        text = start.decode(self._encoding, "replace")
        if not _BEGIN.search(text) and len(start) < _START:
            raise UnknownFile(_("This XML file has no MARC records: there is no <record> in it."))

    @classmethod
    def looks_like(cls, start: bytes) -> bool:
        return start.decode(_encoding(start, ""), "replace").lstrip("\ufeff \t\r\n").startswith("<")

    def records(self, skip: int = 0) -> Iterator[Read]:
        """Raises UnknownFile at a document type."""
        for number, piece in islice(enumerate(self._pieces(), 1), skip, None):
            yield self._read(number, piece)

    def _read(self, number: int, piece: Piece) -> Read:
        changes: list[str] = []
        original = piece.text.encode("utf-8", "replace")[:LONGEST_ORIGINAL]
        try:
            if not piece.is_whole:
                raise RefusedRow(_("The record is cut off: it is never closed."))
            record = marc_record(piece.text, changes.append)
        except RefusedRow as refusal:
            return Read(number, "", refusal=str(refusal), original=original)
        return read_marc(record, number=number, changes=changes, original=original)

    def _pieces(self) -> Iterator[Piece]:
        text = ""
        for block in self._blocks():
            text += block
            while (found := _next(text, is_end=not block)) is not None:
                piece, text = found
                if piece:
                    yield piece
            text = _still_wanted(text)

    def _blocks(self) -> Iterator[str]:
        """The text; an empty one is the end."""
        decode = getincrementaldecoder(self._encoding)("replace").decode
        while block := self.file.read(_BLOCK):
            if text := decode(block):
                yield text
        yield decode(b"", final=True)


def _encoding(start: bytes, asked_for: str) -> str:
    """As asked for, as its mark at the beginning or its declaration says, else UTF-8."""
    if asked_for:
        return asked_for
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    declared = _DECLARED.match(start.lstrip(b"\xef\xbb\xbf \t\r\n"))
    try:
        named = lookup(declared[1].decode("ascii")).name if declared else "utf-8"
        check_encoding(named)
    except (LookupError, UnknownFile):
        return "utf-8-sig"
    return "utf-8-sig" if named in ("utf-8", "utf-16") else named


def _still_wanted(text: str) -> str:
    """Of a text with no whole record in it: the end, behind the beginning of a comment if that goes on."""
    mark = _MARK.search(text)
    if mark is None:
        return text[-_LONGEST_MARK:]
    return mark[0] + text[mark.end() :][-_LONGEST_MARK:] if mark[0] == "<!--" else text


def _next(text: str, *, is_end: bool) -> tuple[Piece | None, str] | None:
    """The first record, or a comment passed over, and the text behind it; None where more must be read first."""
    mark = _MARK.search(text)
    if mark is None:
        return None
    if mark[0] == "<!--":
        end = text.find("-->", mark.end())
        return (None, text[end + 3 :]) if end >= 0 else None
    if mark[0].startswith("<!"):
        raise UnknownFile(_("This XML file has a document type (DOCTYPE), which is refused for safety."))
    return _record(text[mark.start() :], is_end)


def _record(text: str, is_end: bool) -> tuple[Piece | None, str] | None:
    """Of a text that begins with a record. One that holds another, and no fields, only wraps it (OAI-PMH, SRU)."""
    if empty := _EMPTY.match(text):
        return Piece(empty[0], True), text[empty.end() :]
    end = _END.search(text, len("<record"))
    if end is None:
        return (Piece(text[:LONGEST_RECORD], False), text[LONGEST_RECORD:]) if _is_lost(text, is_end) else None
    if end[0].startswith("</"):
        return Piece(text[: end.end()], True), text[end.end() :]
    piece = Piece(text[: end.start()], False)
    return piece if _HAS_FIELDS.search(piece.text) else None, text[end.start() :]


def _is_lost(text: str, is_end: bool) -> bool:
    return is_end or len(text) > LONGEST_RECORD
