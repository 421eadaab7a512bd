"""What every kind of file is turned into before it is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

Warn = Callable[[str], None]


class RefusedRow(Exception):
    """This row can't become a book; the message says why."""


class Contributor(NamedTuple):
    """Somebody on the title page; `role` is empty for the writer, else an English noun: "translator", "editor"."""

    name: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A book as a file tells of it, cleaned; fields that the file does not tell are empty.

    `isbns` are ISBN-13s with right check digits, the one to show first. `copies` is None where the file says nothing
    of copies; `barcodes` are those of copies that have one already.
    """

    title: str
    original_title: str = ""
    subtitle: str = ""
    series: str = ""
    authors: tuple[Contributor, ...] = ()
    genres: tuple[str, ...] = ()
    publisher: str = ""
    language: str = ""
    year: int | None = None
    pages: int | None = None
    cover: str = ""
    cover_url: str = ""
    isbns: tuple[str, ...] = ()
    description: str = ""
    price: Decimal | None = None
    daily_fee: Decimal | None = None
    rating: Decimal | None = None
    ratings_count: int = 0
    copies: int | None = None
    barcodes: tuple[str, ...] = ()
