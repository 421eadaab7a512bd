"""The catalogue as records, batch by batch, however large it is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from books.importing.record import Contributor, Record
from books.models import Book, Copy
from books.queries import authors_of, book_ids_after, genres_of, isbns_of

BATCH = 500

_AS_THEY_ARE = (
    "title", "original_title", "subtitle", "series", "language", "year", "pages", "cover", "cover_url", "description",
    "price", "daily_fee", "rating", "ratings_count",
)  # fmt: skip


def records() -> Iterator[tuple[int, Record]]:
    """Every book that is not withdrawn, with its id, in the order of the ids."""
    last = 0
    while book_ids := book_ids_after(last, limit=BATCH):
        yield from _records(book_ids)
        last = book_ids[-1]


def _records(book_ids: Sequence[int]) -> Iterator[tuple[int, Record]]:
    rows = Book.objects.filter(pk__in=book_ids).order_by("pk").values("id", "publisher__name", *_AS_THEY_ARE)
    authors, genres, isbns, barcodes = (
        authors_of(book_ids),
        genres_of(book_ids),
        isbns_of(book_ids),
        _barcodes(book_ids),
    )
    for row in rows:
        pk = row["id"]
        yield pk, _record(row, authors[pk], genres[pk], isbns[pk], barcodes[pk])


def _record(
    row: dict[str, Any],
    authors: Sequence[dict[str, Any]],
    genres: Sequence[dict[str, Any]],
    isbns: Sequence[str],
    barcodes: Sequence[str],
) -> Record:
    return Record(
        authors=tuple(Contributor(author["name"], author["role"]) for author in authors),
        genres=tuple(genre["name"] for genre in genres),
        publisher=row["publisher__name"] or "",
        isbns=tuple(isbns),
        copies=len(barcodes),
        barcodes=tuple(barcodes),
        **{name: row[name] for name in _AS_THEY_ARE},
    )


def _barcodes(book_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Of the copies that are in the library, on loan, or in repair."""
    gone = (Copy.Reason.LOST, Copy.Reason.WITHDRAWN)
    copies = Copy.objects.filter(book__in=book_ids).exclude(reason__in=gone).order_by("book_id", "pk")
    found: defaultdict[int, list[str]] = defaultdict(list)
    for book_id, barcode in copies.values_list("book_id", "barcode"):
        found[book_id].append(barcode)
    return found
