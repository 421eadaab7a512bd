"""The title records: entered, corrected, withheld from lending."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from books import caches
from books.events import BookCreated, BookUpdated
from books.matching import match_key
from books.models import Book
from books.queries import authors_of
from books.services.authorships import Credit, set_authors
from books.services.circulation import BookNotFound, availability_changed, lock_book
from books.services.cover_wishes import cover_url_changed
from books.services.isbns import IsbnTaken, set_isbns, wanted_isbns
from books.services.names import genre_ids, publisher_ids
from books.services.turns import write_beside_others
from library_portal.errors import PortalError
from library_portal.outbox import record
from library_portal.outbox.recording import record_many


class StaleBook(PortalError):
    code = "stale_object"
    status = 412
    title = _("Somebody else has changed this book in the meantime. Read it again, then change it.")


class BookChanges(TypedDict, total=False):
    """What a librarian says of a book; people, genres and publisher by name, authors as on the title page.

    `isbns` are all by which it is found; `isbn`, or else the first of them, is the main one.
    """

    title: str
    original_title: str
    subtitle: str
    series: str
    language: str
    year: int | None
    pages: int | None
    cover: str
    cover_url: str
    isbn: str | None
    isbns: list[str]
    description: str
    price: Decimal | None
    daily_fee: Decimal
    is_lendable: bool
    publisher: str | None
    authors: Sequence[str | Credit]
    genres: list[str]


@transaction.atomic
def create_book(*, values: BookChanges, now: datetime) -> Book:
    """Enters a book. Raises InvalidIsbn, IsbnTaken."""
    write_beside_others()
    book = Book(created_at=now, updated_at=now)
    _store(book, values)
    return book_saved(book_id=book.pk, created=True, now=now)


@transaction.atomic
def update_book(*, book_id: int, changes: BookChanges, version: int | None = None, now: datetime) -> Book:
    """Corrects a book, if it still is in the version that the librarian saw (None: whatever it is).

    Changing nothing is no change. Raises BookNotFound, StaleBook, InvalidIsbn, IsbnTaken.
    """
    write_beside_others()
    book = lock_present_book(book_id)
    if version is not None and book.version != version:
        raise StaleBook
    lendable_before = book.is_lendable
    if not _store(book, changes):
        return book
    if book.is_lendable != lendable_before:
        availability_changed(book_id)
    return book_saved(book_id=book_id, created=False, now=now)


def set_lendable(*, book_id: int, is_lendable: bool, now: datetime) -> Book:
    """Lends or withholds the whole title; loans that run go on. Raises BookNotFound."""
    return update_book(book_id=book_id, changes={"is_lendable": is_lendable}, now=now)


def book_saved(*, book_id: int, created: bool, now: datetime) -> Book:
    """What every writer of a book does last, in one transaction: matching key, version, event, caches."""
    book = lock_book(book_id)
    first_author = book.authorships.order_by("position", "pk").values_list("author__name", flat=True).first()
    book.match_key = match_key(book.title, first_author or "", book.year)
    book.version += not created
    book.updated_at = now
    book.save(update_fields=["match_key", "version", "updated_at"])
    record(BookCreated(book_id) if created else BookUpdated(book_id, book.version))
    caches.renew_on_commit(book_id)
    return book


@transaction.atomic
def names_changed(*, book_ids: Sequence[int]) -> None:
    """What follows when an author, genre or publisher of these books was renamed or is gone."""
    books = lock_books(book_ids)
    authors = authors_of(book_ids)
    for book in books:
        book.match_key = match_key(book.title, authors[book.pk][0]["name"] if authors[book.pk] else "", book.year)
    Book.objects.bulk_update(books, ["match_key"], batch_size=500)
    record_many([BookUpdated(book.pk, book.version) for book in books])
    caches.renew_on_commit(*book_ids)


def lock_books(book_ids: Iterable[int]) -> list[Book]:
    """In the order of their ids. Before what hangs on them: who deletes a book has it, and then wants its genres."""
    return list(Book.objects.select_for_update(no_key=True).filter(pk__in=book_ids).order_by("pk"))


def lock_present_book(book_id: int) -> Book:
    """Raises BookNotFound, also for a withdrawn one."""
    book = lock_book(book_id)
    if book.withdrawn_at is not None:
        raise BookNotFound
    return book


def _store(book: Book, changes: BookChanges) -> bool:
    """Writes what differs; tells whether anything did."""
    plain: dict[str, Any] = {name: value for name, value in changes.items() if name not in _NOT_PLAIN}
    isbns = wanted_isbns(book, changes) if "isbn" in changes or "isbns" in changes else None
    if isbns is not None:
        plain["isbn"] = isbns[0] if isbns else None
    if "publisher" in changes:
        plain["publisher_id"] = _publisher_id(changes["publisher"])
    differing = [name for name, value in plain.items() if getattr(book, name) != value]
    for name in differing:
        setattr(book, name, plain[name])
    _save(book, differing)
    if "cover_url" in differing:
        cover_url_changed(book)
    isbns_differ = isbns is not None and set_isbns(book, isbns)
    authors_differ = "authors" in changes and set_authors(book, changes["authors"])
    genres_differ = "genres" in changes and _set_genres(book, changes["genres"])
    return bool(differing) or isbns_differ or authors_differ or genres_differ


_NOT_PLAIN = ("authors", "genres", "publisher", "isbns")


def _save(book: Book, fields: list[str]) -> None:
    try:
        with transaction.atomic():
            book.save(update_fields=fields if book.pk else None)
    except IntegrityError as error:
        if "isbn" in str(error):
            raise IsbnTaken from error
        raise


def _publisher_id(name: str | None) -> int | None:
    return publisher_ids([name])[name] if name else None


def _set_genres(book: Book, names: Iterable[str]) -> bool:
    wanted = set(genre_ids(names).values())
    if set(book.genres.values_list("pk", flat=True)) == wanted:
        return False
    book.genres.set(wanted)
    return True
