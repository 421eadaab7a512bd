"""The title records: entered, corrected, withheld from lending, withdrawn."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from books import caches
from books.events import BookCreated, BookDeleted, BookUpdated
from books.isbn import isbn13
from books.matching import match_key
from books.models import Authorship, Book, Copy, Isbn
from books.queries import authors_of
from books.services.circulation import BookNotFound, availability_changed, lock_book
from books.services.names import author_ids, genre_ids, publisher_ids
from library_portal.errors import InvalidInput, PortalError
from library_portal.outbox import record
from library_portal.outbox.recording import record_many


class StaleBook(PortalError):
    code = "stale_object"
    status = 412
    title = _("Somebody else has changed this book in the meantime. Read it again, then change it.")


class IsbnTaken(InvalidInput):
    title = _("Another book has this ISBN.")

    def __init__(self) -> None:
        super().__init__(errors={"isbn": [self.title]})


class BookInUse(PortalError):
    code = "conflict"
    status = 409
    title = _("Copies of this book are held or on loan, or people wait for it.")


class BookChanges(TypedDict, total=False):
    """What a librarian says of a book; people, genres and publisher by name, authors as on the title page."""

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
    description: str
    price: Decimal | None
    daily_fee: Decimal
    is_lendable: bool
    publisher: str | None
    authors: list[str]
    genres: list[str]


@transaction.atomic
def create_book(*, values: BookChanges, now: datetime) -> Book:
    """Enters a book. Raises InvalidIsbn, IsbnTaken."""
    book = Book(created_at=now, updated_at=now)
    _store(book, values)
    return book_saved(book_id=book.pk, created=True, now=now)


@transaction.atomic
def update_book(*, book_id: int, changes: BookChanges, version: int | None = None, now: datetime) -> Book:
    """Corrects a book, if it still is in the version that the librarian saw (None: whatever it is).

    Changing nothing is no change. Raises BookNotFound, StaleBook, InvalidIsbn, IsbnTaken.
    """
    book = _lock_present_book(book_id)
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


@transaction.atomic
def withdraw_or_delete_book(*, book_id: int, version: int | None = None, now: datetime) -> None:
    """Deletes a book nobody ever asked for; one with a history is withdrawn.

    Raises BookNotFound, StaleBook, BookInUse.
    """
    book = _lock_present_book(book_id)
    if version is not None and book.version != version:
        raise StaleBook
    out = book.copies.filter(status__in=[Copy.Status.HELD, Copy.Status.ON_LOAN])
    if book.waiting_count or out.exists():
        raise BookInUse
    withdrawn = not _deleted(book)
    if withdrawn:
        _withdraw(book, now)
    record(BookDeleted(book_id=book_id, withdrawn=withdrawn))
    caches.renew_on_commit(book_id)


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
    books = list(Book.objects.select_for_update().filter(pk__in=book_ids).order_by("pk"))
    authors = authors_of(book_ids)
    for book in books:
        book.match_key = match_key(book.title, authors[book.pk][0]["name"] if authors[book.pk] else "", book.year)
    Book.objects.bulk_update(books, ["match_key"], batch_size=500)
    record_many([BookUpdated(book.pk, book.version) for book in books])
    caches.renew_on_commit(*book_ids)


def _lock_present_book(book_id: int) -> Book:
    book = lock_book(book_id)
    if book.withdrawn_at is not None:
        raise BookNotFound
    return book


def _store(book: Book, changes: BookChanges) -> bool:
    """Writes what differs; tells whether anything did."""
    plain = {name: value for name, value in changes.items() if name not in ("authors", "genres", "publisher")}
    if "isbn" in plain:
        plain["isbn"] = isbn13(changes["isbn"]) if changes["isbn"] else None
    if "publisher" in changes:
        plain["publisher_id"] = _publisher_id(changes["publisher"])
    differing = [name for name, value in plain.items() if getattr(book, name) != value]
    for name in differing:
        setattr(book, name, plain[name])
    _save(book, differing)
    if "isbn" in plain:
        _set_main_isbn(book)
    authors_differ = "authors" in changes and _set_authors(book, changes["authors"])
    genres_differ = "genres" in changes and _set_genres(book, changes["genres"])
    return bool(differing) or authors_differ or genres_differ


def _save(book: Book, fields: list[str]) -> None:
    try:
        with transaction.atomic():
            book.save(update_fields=fields if book.pk else None)
    except IntegrityError as error:
        if "isbn" in str(error):
            raise IsbnTaken from error
        raise


def _set_main_isbn(book: Book) -> None:
    """The main ISBN is among those by which the book is found. Raises IsbnTaken."""
    if book.isbn:
        known, _created = Isbn.objects.get_or_create(number=book.isbn, defaults={"book": book})
        if known.book_id != book.pk:
            raise IsbnTaken


def _publisher_id(name: str | None) -> int | None:
    return publisher_ids([name])[name] if name else None


def _set_authors(book: Book, names: Iterable[str]) -> bool:
    wanted = list(dict.fromkeys(names))
    kept = {authorship.author.name: authorship.role for authorship in _authorships(book)}
    if list(kept) == wanted:
        return False
    ids = author_ids(wanted)
    book.authorships.all().delete()
    Authorship.objects.bulk_create(
        Authorship(book=book, author_id=ids[name], position=position, role=kept.get(name, ""))
        for position, name in enumerate(wanted)
    )
    return True


def _authorships(book: Book) -> Iterable[Authorship]:
    return book.authorships.select_related("author").order_by("position", "pk")


def _set_genres(book: Book, names: Iterable[str]) -> bool:
    wanted = set(genre_ids(names).values())
    if set(book.genres.values_list("pk", flat=True)) == wanted:
        return False
    book.genres.set(wanted)
    return True


def _deleted(book: Book) -> bool:
    try:
        with transaction.atomic():
            book.copies.all().delete()
            Book.objects.filter(pk=book.pk).delete()
    except ProtectedError:
        return False
    return True


def _withdraw(book: Book, now: datetime) -> None:
    book.copies.filter(status=Copy.Status.AVAILABLE).update(
        status=Copy.Status.UNAVAILABLE, reason=Copy.Reason.WITHDRAWN
    )
    Book.objects.filter(pk=book.pk).update(withdrawn_at=now, updated_at=now, version=book.version + 1)
