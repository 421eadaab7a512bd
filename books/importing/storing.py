"""Writing the books of a batch in a few statements, however many they are."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from books.importing.entries import PLAIN, Entry
from books.models import Author, Authorship, Book, Copy, Isbn
from books.services.copies import next_barcodes
from books.services.names import author_ids, genre_ids, publisher_ids

_WRITTEN = (*PLAIN, "isbn", "publisher", "match_key", "version", "updated_at")


def create_books(entries: Sequence[Entry], *, now: datetime) -> None:
    """Enters the books and their copies; each entry learns its `book_id`. Raises DataError, IntegrityError."""
    for entry, book_id in zip(entries, _draw_ids(len(entries)), strict=True):
        entry.book_id, entry.version = book_id, 1
    columns = [field.attname for field in Book._meta.concrete_fields]
    books = _books(entries, now, created_at=now)
    _copy(Book, columns, ([getattr(book, column) for column in columns] for book in books))
    _add_isbns((entry, entry.isbns) for entry in entries)
    _add_authors(entries)
    _add_genres(entries)
    _add_copies(entries)


def change_books(entries: Sequence[Entry], *, now: datetime) -> None:
    """Writes what `after` holds, in a new version. The books' rows are locked. Raises DataError, IntegrityError."""
    for entry in entries:
        entry.version += 1
    books = _books(entries, now)
    Book.objects.bulk_create(books, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN)
    _renew_pictures([entry.book_id for entry in entries if entry.after.get("cover_url")])
    _change_isbns([entry for entry in entries if "isbns" in entry.after])
    with_authors = [entry for entry in entries if "authors" in entry.after]
    Authorship.objects.filter(book__in=[entry.book_id for entry in with_authors]).delete()
    _add_authors(with_authors)
    with_genres = [entry for entry in entries if "genres" in entry.after]
    Book.genres.through.objects.filter(book__in=[entry.book_id for entry in with_genres]).delete()
    _add_genres(with_genres)


def _books(entries: Sequence[Entry], now: datetime, **more: Any) -> list[Book]:
    publishers = publisher_ids(entry.fields["publisher"] for entry in entries if entry.fields["publisher"])
    return [
        Book(
            pk=entry.book_id,
            version=entry.version,
            isbn=entry.isbns[0] if entry.isbns else None,
            publisher_id=publishers.get(entry.fields["publisher"]),
            match_key=entry.match_key,
            updated_at=now,
            **{name: entry.fields[name] for name in PLAIN},
            **more,
        )
        for entry in entries
    ]


def _draw_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        sequence = "pg_get_serial_sequence('books_book', 'id')"
        cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])  # noqa: S608
        return [book_id for (book_id,) in cursor.fetchall()]


def _renew_pictures(book_ids: Sequence[int | None]) -> None:
    """Their new addresses have not been tried yet."""
    Book.objects.filter(pk__in=book_ids).update(cover_fetched_at=None)


def _change_isbns(entries: Sequence[Entry]) -> None:
    """An ISBN is taken away only when an import is taken back."""
    gone = {number for entry in entries for number in entry.before["isbns"]}
    gone -= {number for entry in entries for number in entry.isbns}
    Isbn.objects.filter(number__in=gone).delete()
    _add_isbns((entry, [number for number in entry.isbns if number not in entry.before["isbns"]]) for entry in entries)


def _add_isbns(numbers: Iterable[tuple[Entry, Sequence[str]]]) -> None:
    _copy(Isbn, ("number", "book_id"), ((number, entry.book_id) for entry, new in numbers for number in new))


def _add_authors(entries: Sequence[Entry]) -> None:
    ids = _author_ids({name for entry in entries for name, _role in entry.fields["authors"]})
    rows: dict[tuple[int, int], tuple[int, str]] = {}
    for entry in entries:
        for position, (name, role) in enumerate(entry.fields["authors"]):
            rows.setdefault((entry.book_id, ids[name]), (position, role))  # two names may be one author's
    _copy(Authorship, ("book_id", "author_id", "position", "role"), ((*key, *place) for key, place in rows.items()))


def _author_ids(names: Iterable[str]) -> dict[str, int]:
    known = dict(Author.objects.filter(name__in=names).values_list("name", "pk"))
    return known | author_ids(name for name in names if name not in known)


def _add_genres(entries: Sequence[Entry]) -> None:
    ids = genre_ids(name for entry in entries for name in entry.fields["genres"])
    pairs = {(entry.book_id, ids[name]) for entry in entries for name in entry.fields["genres"]}
    _copy(Book.genres.through, ("book_id", "genre_id"), sorted(pairs))


def _add_copies(entries: Sequence[Entry]) -> None:
    """With the barcodes that the file gives; the others get the next ones."""
    made = iter(next_barcodes(sum(entry.copies - len(entry.barcodes) for entry in entries)))
    rows = (
        (entry.book_id, barcode, Copy.Status.AVAILABLE.value, "")
        for entry in entries
        for barcode in [*entry.barcodes, *(next(made) for _ in range(entry.copies - len(entry.barcodes)))]
    )
    _copy(Copy, ("book_id", "barcode", "status", "reason"), rows)


def _copy(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL's COPY: several times faster than inserts. Raises DataError, IntegrityError."""
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row(row)
