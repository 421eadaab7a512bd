"""The search index and the kept answers follow the catalogue."""

from books import caches
from books.events import BookAvailabilityChanged, BookCreated, BookDeleted, BookUpdated
from books.services.indexing import index_books
from library_portal.outbox import subscribe
from library_portal.outbox.registry import Delivered


@subscribe(BookCreated, BookUpdated, BookDeleted, BookAvailabilityChanged, queue="search", atomic=False)
def follow_the_catalogue(delivered: Delivered) -> None:
    """Indexes the book as it is now; the event's id says which of several writings is the newest.

    The change itself renewed the kept answers; here it is repeated, should Redis have been away at that moment.
    """
    book_id = delivered.payload["book_id"]
    index_books({book_id: delivered.event_id})
    caches.renew(book_id)
