"""What every kind of file is turned into before it is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

Warn = Callable[[str], None]


class RefusedRow(Exception):
    """This row can't become a book; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A book as a file tells of it, cleaned. `copies` is None where the file says nothing of copies."""

    title: str
    original_title: str = ""
    subtitle: str = ""
    series: str = ""
    authors: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    publisher: str = ""
    language: str = ""
    year: int | None = None
    pages: int | None = None
    cover: str = ""
    cover_url: str = ""
    isbn: str | None = None
    description: str = ""
    price: Decimal | None = None
    rating: Decimal | None = None
    ratings_count: int = 0
    copies: int | None = None
