"""Years, pages, prices, ratings: whole, as floats of spreadsheets, or within words."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from books.importing.cleaning.text import left_out, one_line
from books.importing.models import MOST_COPIES as MOST_COPIES
from books.importing.record import Warn

EARLIEST_YEAR, LATEST_YEAR = -5000, 2100
MOST_PAGES = 100_000
MOST_RATINGS = 2_147_483_647
HIGHEST_PRICE = Decimal("999999.99")
HIGHEST_DAILY_FEE = Decimal("9999.99")

_YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)")
_PAGES = re.compile(r"(\d+)\s*(?:unnumbered\s+)?(?:pages?|pp?|seiten|s|páginas?|pág|pagine)\b", re.IGNORECASE)
# "1,200 p.", "1.200 S.": of pages there are some thousands at most.
_THOUSAND_PAGES = re.compile(r"(?<![\d.,])(\d)[.,](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}$)")
# "1,250.00", "1.250,00" and "1,250".
_THOUSANDS_OF_MONEY = re.compile(r"(?<=\d)(?:[.,](?=(?:\d{3}[.,])+\d{2}$)|,(?=(?:\d{3},)*\d{3}$))")
_THOUSANDS = re.compile(r"(?<=\d)[,\u202f\u00a0](?=\d{3}(?:\D|$))")
_DOLLARS = re.compile(r"^(?:US)?\$|\bUSD\b|\$$", re.IGNORECASE)
_OTHER_MONEY = re.compile(r"[€£¥₹₽]|\b[A-Z]{2,3}\b|[A-Z]\$")


def year(value: str, warn: Warn) -> int | None:
    """Also of "2008.0", "March 25, 2008", "c1999", and the first of "2006-2010"."""
    text = one_line(value)
    if _decimal(text) is None and (match := _YEAR.search(text)):
        return int(match[0])
    return _whole(text, "year", EARLIEST_YEAR, LATEST_YEAR, warn)


def extent(value: str, warn: Warn) -> int | None:
    """The pages, also of "xviii, 328 p. :"; a number of volumes is none, and no mistake."""
    text = without_thousands(one_line(value))
    if _decimal(text) is not None:
        return _whole(text, "pages", 1, MOST_PAGES, warn)
    match = _PAGES.search(text)
    return _whole(match[1], "pages", 1, MOST_PAGES, warn) if match else None


def pages(value: str, warn: Warn) -> int | None:
    """Like `extent`, from a cell that should tell nothing else."""
    told = extent(value, warn)
    text = one_line(value)
    if told is None and text and _decimal(without_thousands(text)) is None:
        left_out(text, "pages", warn)
    return told


def without_thousands(extent: str) -> str:
    """An extent whose number of pages has a comma or a full stop within."""
    return _THOUSAND_PAGES.sub(r"\1", extent)


def ratings_count(value: str, warn: Warn) -> int:
    return _whole(_THOUSANDS.sub("", value), "ratings_count", 0, MOST_RATINGS, warn) or 0


def copies(value: str, warn: Warn) -> int | None:
    return _whole(value, "copies", 0, MOST_COPIES, warn)


def rating(value: str, warn: Warn) -> Decimal | None:
    return _cents(value, "rating", Decimal(5), warn)


def price(value: str, warn: Warn) -> Decimal | None:
    """In US dollars; other money is left out."""
    text = _DOLLARS.sub("", one_line(value)).strip()
    if _OTHER_MONEY.search(text):
        warn(_("The price “%s” is not in US dollars and was left out.") % one_line(value))
        return None
    return _cents(text, "price", HIGHEST_PRICE, warn)


def daily_fee(value: str, warn: Warn) -> Decimal | None:
    return _cents(_DOLLARS.sub("", one_line(value)), "daily_fee", HIGHEST_DAILY_FEE, warn)


def _cents(value: str, field: str, highest: Decimal, warn: Warn) -> Decimal | None:
    text = _DECIMAL_COMMA.sub(".", _THOUSANDS_OF_MONEY.sub("", one_line(value)))
    number = _number(text, field, Decimal(0), highest, warn)
    return None if number is None else number.quantize(Decimal("0.01"))


def _whole(value: str, field: str, lowest: int, highest: int, warn: Warn) -> int | None:
    """Also from a float as spreadsheets write it: "-1750.0"."""
    number = _number(value, field, Decimal(lowest), Decimal(highest), warn)
    if number is None or number == number.to_integral_value():
        return None if number is None else int(number)
    left_out(value, field, warn)
    return None


def _number(value: str, field: str, lowest: Decimal, highest: Decimal, warn: Warn) -> Decimal | None:
    text = one_line(value)
    if not text:
        return None
    number = _decimal(text)
    if number is not None and number.is_finite() and lowest <= number <= highest:
        return number
    left_out(text, field, warn)
    return None


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
