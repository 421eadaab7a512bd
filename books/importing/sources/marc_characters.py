"""Which characters the bytes of a MARC21 record mean: leader/09 says UTF-8 or MARC-8, and is not believed."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _
from pymarc.marc8 import MARC8ToUnicode
from pymarc.marc8_mapping import CODESETS, ODD_MAP

from books.importing.record import Warn
from books.importing.sources.source import UnknownFile

Decode = Callable[[bytes], str]

_ESCAPE = b"\x1b"
_ANSEL = CODESETS[MARC8ToUnicode.ansel]
_ANSEL_BYTES = bytes([*(code for code in _ANSEL if code > 0x7F), *(code for code in ODD_MAP if 0x7F < code < 0x100)])
_ACCENTS = bytes(code for code, (_character, combines) in _ANSEL.items() if combines)
_LETTERS = bytes(code for code, (_character, combines) in _ANSEL.items() if not combines and code > 0xA0)
_ANY_ACCENT = re.compile(b"[%b]" % re.escape(_ACCENTS))
# An accent comes before its letter; where another byte follows it, it is no accent.
_LOOSE_ACCENT = re.compile(b"[%b](?![%bA-Za-z])" % (re.escape(_ACCENTS), re.escape(_ACCENTS + _LETTERS)))
_ESCAPED_SET = re.compile(rb"\x1b(?:[(),-][123BENQS]|\$[(),-]?1|[gbps])")
_NUMBERED = re.compile(r"&#x((?!D[89A-F])[0-9A-F]{4}|[1-9A-F][0-9A-F]{4});", re.IGNORECASE)

# What records in neither encoding are written in, by their language (008/35-37).
_CODE_PAGES = {
    **dict.fromkeys(("rus", "ukr", "bel", "bul", "mac", "srp", "scc"), "windows-1251"),
    **dict.fromkeys(("cze", "slo", "pol", "hun", "rum", "slv", "hrv", "scr"), "windows-1250"),
    **{"gre": "windows-1253", "tur": "windows-1254", "heb": "windows-1255", "ara": "windows-1256"},
}


def decoder(text: bytes, *, says_utf8: bool, language: str, asked_for: str, warn: Warn) -> Decode:
    """How to read the parts of a record whose whole is `text`; `asked_for` names an encoding to use unseen."""
    if asked_for:
        return _by_name(asked_for)
    if text.isascii() and _ESCAPE not in text:
        return _utf8 if says_utf8 else _marc8
    if _is_utf8(text) and not text.isascii():
        if not says_utf8:
            warn(_("The leader does not say UTF-8, but the record is written in it."))
        return _utf8_twice if _is_utf8_twice(text) else _utf8
    if _is_marc8(text):
        if says_utf8:
            warn(_("The leader says UTF-8, but the record is written in MARC-8."))
        return _marc8
    return _best_guess(text, says_utf8, language, warn)


def check_encoding(name: str) -> None:
    """Raises UnknownFile for a name that nobody knows, or that of something else than text ("zip")."""
    try:
        b"  ".decode(name or "utf-8", "replace")
    except (LookupError, ValueError) as error:
        raise UnknownFile(_("“%s” is no encoding.") % name) from error


def is_marc8(name: str) -> bool:
    return name.casefold().replace("-", "") == "marc8"


def _by_name(encoding: str) -> Decode:
    if is_marc8(encoding):
        return _marc8
    return lambda data: data.decode(encoding, "replace")


def _utf8(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _utf8_twice(data: bytes) -> str:
    return _utf8(_utf8(data).encode("latin-1", "replace"))


def _is_utf8_twice(text: bytes) -> bool:
    """Whether somebody took UTF-8 for Latin-1 and turned it into UTF-8 once more: "Ã¶" for "ö"."""
    try:
        return _is_utf8(text.decode("utf-8").encode("latin-1"))
    except UnicodeEncodeError:
        return False


def _marc8(data: bytes) -> str:
    if data.isascii() and _ESCAPE not in data:
        return _with_numbered(data.decode("ascii"))
    try:
        return _with_numbered(MARC8ToUnicode(quiet=True).translate(data))
    except (IndexError, TypeError):  # a set that pymarc has no table for
        return _ESCAPED_SET.sub(b"", data).decode("ascii", "replace")


def _with_numbered(text: str) -> str:
    """MARC-8 has no place for some characters: they are written by their number."""
    return _NUMBERED.sub(lambda number: chr(int(number[1], 16)), text) if "&#x" in text else text


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_marc8(text: bytes) -> bool:
    """Whether the bytes mean something in MARC-8, and the accents stand before letters."""
    if _ESCAPED_SET.search(text):
        return True
    if text.translate(None, _ANSEL_BYTES + bytes(range(0x80))):
        return False
    return 4 * len(_LOOSE_ACCENT.findall(text)) <= len(_ANY_ACCENT.findall(text))


def _best_guess(text: bytes, says_utf8: bool, language: str, warn: Warn) -> Decode:
    if says_utf8:
        warn(_("Some characters are not written in UTF-8 and can't be read; “�” stands for each."))
        return _utf8
    code_page = _CODE_PAGES.get(language, "windows-1252")
    warn(_("The record is written in neither MARC-8 nor UTF-8 and was read as %s.") % code_page)
    return lambda data: data.decode(code_page, "replace")
