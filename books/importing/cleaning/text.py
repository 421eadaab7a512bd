"""Titles, descriptions and other words."""

import re
import unicodedata

from django.utils.translation import gettext as _

from books.importing.record import Warn
from books.models import Book

# They spell words in Persian, Arabic and Indic writing, but only between letters.
_JOINERS = "\u200c\u200d"
_LOOSE_JOINER = re.compile(f"(?<![^\\W\\d_])[{_JOINERS}]+|[{_JOINERS}]+(?![^\\W\\d_])")
_SERIES = re.compile(r"^(?P<title>.+?)\s*\((?P<series>[^()]*#[^()]*)\)$")
# "The collection. Volume 2": left in the title, or two volumes would be one book.
_VOLUME = re.compile(r"\d|\b(?:vol|volume|book|part|omnibus)\b", re.IGNORECASE)
_FULL_STOP = re.compile(r"(?P<end>[^\W_]{3}|['’]s|[\])\d])\.$")
_SHORTENED = re.compile(r"\b(?:etc|inc|ltd|vol|ser|rev|esq|bros|dept|univ|assn)\.$", re.IGNORECASE)
_COVERS = (
    (re.compile(r"hard|cloth|^hc$|gebunden|relié|cartonné|tapa dura|copertina rigida"), Book.Cover.HARD),
    (re.compile(r"soft|paper|pocket|^pbk?$|taschenbuch|broch|poche|tapa blanda|rústica"), Book.Cover.SOFT),
)


def one_line(value: str) -> str:
    """Composed (NFC), without control and zero-width characters, single spaces, none at the edges."""
    composed = unicodedata.normalize("NFC", value)
    if composed.isascii() and composed.isprintable():
        return " ".join(composed.split())
    visible = "".join(_visible(character) for character in composed)
    return " ".join(_LOOSE_JOINER.sub("", visible).split())


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    invisible = unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs") and character not in _JOINERS
    return "" if invisible else character


def paragraphs(value: str) -> str:
    """Like `one_line`, line by line."""
    return "\n".join(map(one_line, value.splitlines())).strip()


def fitting(value: str, field: str, warn: Warn) -> str:
    """The cleaned text, cut where the column of that name ends."""
    return cut(one_line(value), field, Book._meta.get_field(field).max_length, warn)


def cut(text: str, field: str, room: int | None, warn: Warn) -> str:
    if room is None or len(text) <= room:
        return text
    warn(_("%(field)s is longer than %(room)d characters and was cut.") % {"field": field, "room": room})
    return text[:room].rstrip()


def left_out(value: str, field: str, warn: Warn) -> None:
    warn(_("%(field)s “%(value)s” makes no sense and was left out.") % {"field": field, "value": value[:200]})


def title_and_series(value: str) -> tuple[str, str]:
    """ "The Hunger Games (The Hunger Games, #1)" → "The Hunger Games", "The Hunger Games #1"."""
    title = one_line(value)
    if match := _SERIES.match(title):
        return match["title"], re.sub(r",?\s*#", " #", match["series"]).strip()
    return title, ""


def title_and_subtitle(value: str) -> tuple[str, str]:
    """A catalogue's "Making faces : drawing expressions" in two; what tells volumes apart stays in the title."""
    title = one_line(value)
    main, _colon, subtitle = title.partition(" : ")
    return (title, "") if _VOLUME.search(subtitle) else (main, subtitle)


def without_full_stop(value: str) -> str:
    """Catalogue cards end with one: "Learning Perl."; initials and shortened words keep theirs: "D.I.Y.", "Inc."."""
    text = one_line(value)
    return text if _SHORTENED.search(text) else _FULL_STOP.sub(r"\g<end>", text)


def cover(value: str, warn: Warn) -> str:
    text = one_line(value).casefold()
    for pattern, binding in _COVERS:
        if pattern.search(text):
            return binding
    if text:
        left_out(text, "cover", warn)
    return ""
