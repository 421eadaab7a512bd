"""Writing a batch of records in a few statements: a book that is there already gains at most its first rating."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from books import caches
from books.events import BookCreated
from books.handlers import follow_the_catalogue
from books.importing.rating import rate_unrated
from books.importing.record import Record
from books.matching import match_key
from books.models import Authorship, Book, Copy, Isbn
from books.services.copies import next_barcodes
from books.services.indexing import index_books
from books.services.names import author_ids, genre_ids, publisher_ids
from library_portal.outbox.recording import done_by_caller, record_many

_PLAIN_FIELDS = (
    "title", "original_title", "subtitle", "series", "language", "year", "pages", "cover", "cover_url", "isbn",
    "description", "price", "rating", "ratings_count",
)  # fmt: skip


@dataclass
class Stored:
    """`is_new` tells of each record whether it became a book."""

    is_new: list[bool] = field(default_factory=list)
    copies: int = 0


def store(records: Sequence[Record], *, copies: int | None, now: datetime) -> Stored:
    """Books, events and index entries of the records that the catalogue does not have yet.

    Each new book gets `copies` copies; None gives it what the record says. Raises DataError, IntegrityError; nothing
    is stored then.
    """
    with transaction.atomic():
        stored, versions = _store_books(records, copies, now)
    _index(versions)
    return stored


def _store_books(records: Sequence[Record], copies: int | None, now: datetime) -> tuple[Stored, dict[int, int]]:
    known = _Known(records)
    is_new = [known.is_new(record) for record in records]
    fresh = [record for record, new in zip(records, is_new, strict=True) if new]
    rate_unrated({key_of(record): record for record, new in zip(records, is_new, strict=True) if not new})
    books = _create_books(fresh, now)
    _add_isbns(books, fresh)
    _add_authors(books, fresh)
    _add_genres(books, fresh)
    made = _add_copies(books, [record.copies or 0 if copies is None else copies for record in fresh])
    events = record_many([BookCreated(book.pk) for book in books], later_for=follow_the_catalogue)
    return Stored(is_new, made), dict(zip((book.pk for book in books), events, strict=True))


def _index(versions: dict[int, int]) -> None:
    """The handler's work, done here at once; should the process die before, the handler does it later."""
    if versions:
        index_books(versions)
        done_by_caller(list(versions.values()), follow_the_catalogue)
        caches.renew_on_commit()


class _Known:
    """Which of the records the catalogue has: by ISBN, else by title, first author and year.

    Two ISBNs are two books even where all else is the same.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        isbns = [record.isbn for record in records if record.isbn]
        self._isbns = set(Book.objects.filter(isbn__in=isbns).values_list("isbn", flat=True))
        keys = Book.objects.filter(match_key__in={key_of(record) for record in records})
        self._keys = set(keys.values_list("match_key", flat=True))
        self._keys_without_isbn = set(keys.filter(isbn=None).values_list("match_key", flat=True))

    def is_new(self, record: Record) -> bool:
        """Asked once per record: a later record of the batch may be the same book."""
        key = key_of(record)
        if record.isbn in self._isbns or key in (self._keys_without_isbn if record.isbn else self._keys):
            return False
        self._keys.add(key)
        if record.isbn:
            self._isbns.add(record.isbn)
        else:
            self._keys_without_isbn.add(key)
        return True


def key_of(record: Record) -> str:
    return match_key(record.title, record.authors[0].name if record.authors else "", record.year)


def _create_books(records: Sequence[Record], now: datetime) -> list[Book]:
    publishers = publisher_ids(record.publisher for record in records if record.publisher)
    return Book.objects.bulk_create(
        Book(
            publisher_id=publishers.get(record.publisher),
            match_key=key_of(record),
            created_at=now,
            updated_at=now,
            **_plain(record),
        )
        for record in records
    )


def _plain(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _PLAIN_FIELDS}


def _add_isbns(books: Sequence[Book], records: Sequence[Record]) -> None:
    rows = ((isbn, book.pk) for book, record in zip(books, records, strict=True) for isbn in record.isbns)
    _copy(Isbn, ("number", "book_id"), rows)


def _add_authors(books: Sequence[Book], records: Sequence[Record]) -> None:
    ids = author_ids(author.name for record in records for author in record.authors)
    rows = (
        (book.pk, ids[author.name], position, author.role)
        for book, record in zip(books, records, strict=True)
        for position, author in enumerate(record.authors)
    )
    _copy(Authorship, ("book_id", "author_id", "position", "role"), rows)


def _add_genres(books: Sequence[Book], records: Sequence[Record]) -> None:
    ids = genre_ids(name for record in records for name in record.genres)
    pairs = {(book.pk, ids[name]) for book, record in zip(books, records, strict=True) for name in record.genres}
    _copy(Book.genres.through, ("book_id", "genre_id"), sorted(pairs))


def _add_copies(books: Sequence[Book], counts: Sequence[int]) -> int:
    barcodes = iter(next_barcodes(sum(counts)))
    each = (book.pk for book, count in zip(books, counts, strict=True) for _ in range(count))
    rows = (
        (book_id, barcode, Copy.Status.AVAILABLE.value, "") for book_id, barcode in zip(each, barcodes, strict=True)
    )
    _copy(Copy, ("book_id", "barcode", "status", "reason"), rows)
    return sum(counts)


def _copy(model: type[Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """PostgreSQL's COPY: several times faster than inserts."""
    table = model._meta.db_table
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row(row)
