"""ISBNs, barcodes and web addresses."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from books.importing.cleaning.text import left_out, one_line
from books.importing.record import Warn
from books.isbn import InvalidIsbn, isbn13

_BETWEEN = re.compile(r"[;,|/\n]")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^][]*\]")
# 13 digits, 10, or those that a spreadsheet left of 10; never the middle of a longer number or of a float.
_HYPHEN = r"[- \u2010-\u2015]?"
_NUMBER = re.compile(
    rf"(?<![\d.])(?:97[89](?:{_HYPHEN}\d){{10}}|(?:\d{_HYPHEN}){{9}}[\dXx]|\d{{6,8}}[\dXx])(?![\d.]*\d|[-+\w])"
)
_LONGEST_ADDRESS = 500
LONGEST_BARCODE = 40
_is_web_address = URLValidator(schemes=["http", "https"])


def isbns(value: str, warn: Warn) -> tuple[str, ...]:
    """Every ISBN of a cell, each once, as ISBN-13: "9780596001735 (pbk.) ; 0-596-00173-8 : $14.95"."""
    found = [number for part in _BETWEEN.split(value) if one_line(part) for number in _numbers(one_line(part))]
    return tuple(dict.fromkeys(filter(None, (_isbn13(number, warn) for number in found))))


def _numbers(part: str) -> list[str]:
    """What stands in brackets is a remark, unless there is nothing else; what is no number at all is given as it is."""
    text = part.removesuffix(".0")
    return _NUMBER.findall(_BRACKETS.sub(" ", text)) or _NUMBER.findall(text) or [part]


def _isbn13(number: str, warn: Warn) -> str:
    try:
        return isbn13(number)
    except InvalidIsbn as error:
        warn(_("%s It was not stored.") % error)
        return ""


def barcodes(value: str, warn: Warn) -> tuple[str, ...]:
    """What is too long for a label is left out."""
    kept = []
    for barcode in filter(None, map(one_line, value.split(";"))):
        if len(barcode) > LONGEST_BARCODE:
            left_out(barcode, "barcodes", warn)
        else:
            kept.append(barcode)
    return tuple(dict.fromkeys(kept))


def web_address(value: str, warn: Warn) -> str:
    text = one_line(value)
    if not text:
        return ""
    try:
        _is_web_address(text)
    except ValidationError:
        left_out(text, "cover_url", warn)
        return ""
    if len(text) > _LONGEST_ADDRESS:
        left_out(text, "cover_url", warn)
        return ""
    return text
