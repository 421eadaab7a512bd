"""A book as an import compares and writes it: fields that JSON can hold, so that what was before can be kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings

from books.importing.models import ImportJob
from books.importing.record import Record
from books.matching import match_key
from books.models import Book
from books.queries import authors_of, genres_of, isbns_of

Fields = dict[str, Any]

PLAIN = (
    "title", "original_title", "subtitle", "series", "language", "year", "pages", "cover", "cover_url", "description",
    "price", "daily_fee", "rating", "ratings_count",
)  # fmt: skip
# An entry also holds "publisher", "authors" as [name, role], "genres", and "isbns" with the main one first.
_TOGETHER = ("rating", "ratings_count")


@dataclass(slots=True, eq=False)
class Entry:
    """`before` and `after` are the fields that were changed; `book_id` is None until the book is in the catalogue."""

    fields: Fields
    book_id: int | None = None
    version: int = 0
    is_withdrawn: bool = False
    draft_id: int | None = None
    before: Fields = field(default_factory=dict)
    after: Fields = field(default_factory=dict)
    copies: int = 0
    barcodes: list[str] = field(default_factory=list)

    def change(self, after: Fields) -> None:
        for name, value in after.items():
            self.before.setdefault(name, self.fields[name])
            self.fields[name] = self.after[name] = value

    @property
    def isbns(self) -> list[str]:
        return self.fields["isbns"]

    @property
    def match_key(self) -> str:
        authors = self.fields["authors"]
        return match_key(self.fields["title"], authors[0][0] if authors else "", self.fields["year"])


def new_entry(told: Fields) -> Entry:
    empty = {name: _written(Book._meta.get_field(name).get_default()) for name in PLAIN}
    return Entry({**empty, "daily_fee": str(settings.DEFAULT_DAILY_FEE), "publisher": "", "authors": [], "genres": [],
                  "isbns": [], **told})  # fmt: skip


def told_by(record: Record) -> Fields:
    """Only what the file says."""
    values = {name: _written(getattr(record, name)) for name in (*PLAIN, "publisher")}
    values["authors"] = [list(author) for author in record.authors]
    values["genres"], values["isbns"] = list(record.genres), list(record.isbns)
    return {name: value for name, value in values.items() if value}


def entries_of(book_ids: Iterable[int], *, lock: bool) -> dict[int, Entry]:
    """The books as they are now, locked in the order of their ids if they may be changed."""
    books = Book.objects.filter(pk__in=book_ids).select_related("publisher").order_by("pk")
    if lock:
        books = books.select_for_update(of=("self",), no_key=True)
    found = list(books)
    named = _named([book.pk for book in found])
    return {
        book.pk: Entry(
            {**{name: _written(getattr(book, name)) for name in PLAIN}, **named[book.pk],
             "publisher": book.publisher.name if book.publisher else ""},
            book.pk, book.version, book.withdrawn_at is not None,
        )
        for book in found
    }  # fmt: skip


def _named(book_ids: Sequence[int]) -> dict[int, Fields]:
    authors, genres, isbns = authors_of(book_ids), genres_of(book_ids), isbns_of(book_ids)
    return {
        book_id: {
            "authors": [[author["name"], author["role"]] for author in authors[book_id]],
            "genres": [genre["name"] for genre in genres[book_id]],
            "isbns": list(isbns[book_id]),
        }
        for book_id in book_ids
    }


def _written(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def differences(fields: Fields, told: Fields, on_match: str) -> Fields:
    """What the file changes about a book: only what is empty, or all that it tells; ISBNs are added, never taken."""
    may_change = _overwritten if on_match == ImportJob.OnMatch.OVERWRITE else _filled
    after = {name: value for name, value in may_change(fields, told).items() if not _same(name, fields[name], value)}
    isbns = _with_new_isbns(fields["isbns"], told.get("isbns", []), on_match)
    return after | ({"isbns": isbns} if isbns != fields["isbns"] else {})


def _filled(fields: Fields, told: Fields) -> Fields:
    """A rating and the number of people who gave it go together."""
    rated = any(fields[name] for name in _TOGETHER)
    return {
        name: value
        for name, value in told.items()
        if name != "isbns" and not fields[name] and not (rated and name in _TOGETHER)
    }


def _overwritten(fields: Fields, told: Fields) -> Fields:
    """Who has a role keeps it where the file gives none."""
    after = {name: value for name, value in told.items() if name != "isbns"}
    if "authors" in after:
        roles = dict(fields["authors"])
        after["authors"] = [[name, role or roles.get(name, "")] for name, role in after["authors"]]
    return after


def _same(name: str, there: Any, told: Any) -> bool:
    """Publishers and genres are known by name in whatever case, and genres have no order."""
    if name == "publisher":
        return bool(there.casefold() == told.casefold())
    if name == "genres":
        return {genre.casefold() for genre in there} == {genre.casefold() for genre in told}
    return bool(there == told)


def _with_new_isbns(there: list[str], told: list[str], on_match: str) -> list[str]:
    """The main one stays, unless the file's first one takes its place; the others are in order."""
    if not told:
        return there
    main = there[0] if there and on_match != ImportJob.OnMatch.OVERWRITE else told[0]
    return [main, *sorted({*there, *told} - {main})]
