"""Mending one cell at a time. What can't be kept is left out and said so to `warn`; nothing here stops a row."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from books.importing.models import MOST_COPIES
from books.importing.record import Contributor, Warn
from books.isbn import InvalidIsbn, isbn13
from books.languages import UnknownLanguage, language_code
from books.models import Author, Book, Genre, Publisher

EARLIEST_YEAR, LATEST_YEAR = -5000, 2100
MOST_PAGES = 100_000
MOST_RATINGS = 2_147_483_647
HIGHEST_PRICE = Decimal("999999.99")

# They spell words in Persian, Arabic and Indic writing, but only between letters.
_JOINERS = "\u200c\u200d"
_LOOSE_JOINER = re.compile(f"(?<![^\\W\\d_])[{_JOINERS}]+|[{_JOINERS}]+(?![^\\W\\d_])")
_SERIES = re.compile(r"^(?P<title>.+?)\s*\((?P<series>[^()]*#[^()]*)\)$")
_COVERS = {
    **dict.fromkeys(("hard", "hardcover", "hardback", "hc"), Book.Cover.HARD),
    **dict.fromkeys(("soft", "softcover", "paperback", "pb"), Book.Cover.SOFT),
}
_is_web_address = URLValidator(schemes=["http", "https"])


def one_line(value: str) -> str:
    """Composed (NFC), without control and zero-width characters, single spaces, none at the edges."""
    composed = unicodedata.normalize("NFC", value)
    visible = "".join(_visible(character) for character in composed)
    return " ".join(_LOOSE_JOINER.sub("", visible).split())


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    invisible = unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn") and character not in _JOINERS
    return "" if invisible else character


def paragraphs(value: str) -> str:
    """Like `one_line`, line by line."""
    return "\n".join(map(one_line, value.splitlines())).strip()


def fitting(value: str, field: str, warn: Warn) -> str:
    """The cleaned text, cut where the column of that name ends."""
    return _cut(one_line(value), field, Book._meta.get_field(field).max_length, warn)


def _cut(text: str, field: str, room: int | None, warn: Warn) -> str:
    if room is None or len(text) <= room:
        return text
    warn(_("%(field)s is longer than %(room)d characters and was cut.") % {"field": field, "room": room})
    return text[:room].rstrip()


def title_and_series(value: str) -> tuple[str, str]:
    """ "The Hunger Games (The Hunger Games, #1)" → "The Hunger Games", "The Hunger Games #1"."""
    title = one_line(value)
    if match := _SERIES.match(title):
        return match["title"], re.sub(r",?\s*#", " #", match["series"]).strip()
    return title, ""


def people(value: str, separator: str, warn: Warn) -> tuple[Contributor, ...]:
    """The names, each once, in the order given."""
    return tuple(map(Contributor, _names(value, separator, "authors", Author, warn)))


def subjects(value: str, separator: str, warn: Warn) -> tuple[str, ...]:
    return _names(value, separator, "genres", Genre, warn)


def publisher_name(value: str, warn: Warn) -> str:
    return _cut(one_line(value), "publisher", _name_length(Publisher), warn)


def _names(value: str, separator: str, field: str, model: type[Author | Genre], warn: Warn) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in filter(None, map(one_line, value.split(separator))):
        fitting_name = _cut(name, field, _name_length(model), warn)
        kept.setdefault(fitting_name.casefold(), fitting_name)
    return tuple(kept.values())


def _name_length(model: type[Author | Genre | Publisher]) -> int | None:
    return model._meta.get_field("name").max_length


def isbns(value: str, warn: Warn) -> tuple[str, ...]:
    text = one_line(value)
    try:
        return (isbn13(text),) if text else ()
    except InvalidIsbn as error:
        warn(_("%s Stored without ISBN.") % error)
        return ()


def language(value: str, warn: Warn) -> str:
    try:
        return language_code(one_line(value))
    except UnknownLanguage as error:
        warn(_("%s Stored without language.") % error)
        return ""


def year(value: str, warn: Warn) -> int | None:
    return _whole(value, "year", EARLIEST_YEAR, LATEST_YEAR, warn)


def pages(value: str, warn: Warn) -> int | None:
    return _whole(value, "pages", 1, MOST_PAGES, warn)


def ratings_count(value: str, warn: Warn) -> int:
    return _whole(value, "ratings_count", 0, MOST_RATINGS, warn) or 0


def copies(value: str, warn: Warn) -> int | None:
    return _whole(value, "copies", 0, MOST_COPIES, warn)


def rating(value: str, warn: Warn) -> Decimal | None:
    return _cents(_number(value, "rating", Decimal(0), Decimal(5), warn))


def price(value: str, warn: Warn) -> Decimal | None:
    return _cents(_number(value.replace("$", ""), "price", Decimal(0), HIGHEST_PRICE, warn))


def _cents(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(Decimal("0.01"))


def _whole(value: str, field: str, lowest: int, highest: int, warn: Warn) -> int | None:
    """Also from a float as spreadsheets write it: "-1750.0"."""
    number = _number(value, field, Decimal(lowest), Decimal(highest), warn)
    if number is None or number == number.to_integral_value():
        return None if number is None else int(number)
    _left_out(value, field, warn)
    return None


def _number(value: str, field: str, lowest: Decimal, highest: Decimal, warn: Warn) -> Decimal | None:
    text = one_line(value)
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if number.is_finite() and lowest <= number <= highest:
        return number
    _left_out(text, field, warn)
    return None


def _left_out(value: str, field: str, warn: Warn) -> None:
    warn(_("%(field)s “%(value)s” makes no sense and was left out.") % {"field": field, "value": value})


def cover(value: str, warn: Warn) -> str:
    text = one_line(value).casefold()
    if text and text not in _COVERS:
        _left_out(text, "cover", warn)
    return _COVERS.get(text, "")


def web_address(value: str, warn: Warn) -> str:
    text = one_line(value)
    if not text:
        return ""
    try:
        _is_web_address(text)
    except ValidationError:
        _left_out(text, "cover_url", warn)
        return ""
    return text
