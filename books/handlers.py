"""The search index, the kept answers and the cover pictures follow the catalogue."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from books import caches
from books.events import (
    BookAvailabilityChanged,
    BookCoverWanted,
    BookCreated,
    BookDeleted,
    BookUpdated,
    ImportContinued,
    ImportRequested,
)
from books.importing.jobs import work_on_import
from books.services.covers import fetch_cover
from books.services.indexing import index_books
from library_portal.outbox import record, subscribe
from library_portal.outbox.registry import Delivered


@subscribe(BookCreated, BookUpdated, BookDeleted, BookAvailabilityChanged, queue="search", atomic=False)
def follow_the_catalogue(delivered: Delivered) -> None:
    """Indexes the book as it is now; the event's id says which of several writings is the newest.

    The change itself renewed the kept answers; here it is repeated, should Redis have been away at that moment.
    """
    book_id = delivered.payload["book_id"]
    index_books({book_id: delivered.event_id})
    caches.renew(book_id)


@subscribe(BookCoverWanted, queue="notifications", atomic=False)
def fetch_named_cover(delivered: Delivered) -> None:
    """Beside mail and text messages: there, too, others keep the worker waiting."""
    fetch_cover(book_id=delivered.payload["book_id"], now=timezone.now())


@subscribe(ImportRequested, ImportContinued, queue="search", atomic=False)
def go_on_with_import(delivered: Delivered) -> None:
    """A slice of the file, then others have the worker; repeated, it goes on where the last one stopped."""
    job_id = delivered.payload["job_id"]
    if work_on_import(job_id=job_id, seconds=settings.IMPORT_SLICE_SECONDS, now=timezone.now()):
        with transaction.atomic():
            record(ImportContinued(job_id))
