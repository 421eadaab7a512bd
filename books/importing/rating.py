"""Ratings for books that were there before the file that knows them: they are ranked beside books that have some."""

from collections.abc import Iterable, Mapping

from django.db.models import Q

from books import caches
from books.events import BookUpdated
from books.importing.record import Record
from books.models import Book
from library_portal.outbox.recording import record_many


def rate_unrated(known: Mapping[str, Record]) -> None:
    """Gives the books that these records mean, by matching key, the record's rating where they have none."""
    rated = {key: record for key, record in known.items() if record.ratings_count}
    by_isbn = {record.isbn: record for record in rated.values() if record.isbn}
    same = Q(isbn__in=by_isbn) | Q(match_key__in=rated)
    unrated = Book.objects.select_for_update().filter(same, ratings_count=0).order_by("pk")
    _rate((book, record) for book in unrated if (record := by_isbn.get(book.isbn) or rated.get(book.match_key)))


def _rate(pairs: Iterable[tuple[Book, Record]]) -> None:
    books = []
    for book, record in pairs:
        book.rating, book.ratings_count = record.rating, record.ratings_count
        book.version += 1
        books.append(book)
    Book.objects.bulk_update(books, ["rating", "ratings_count", "version"])
    record_many([BookUpdated(book.pk, book.version) for book in books])
    caches.renew_on_commit(*(book.pk for book in books))
