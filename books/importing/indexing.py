"""What others hear of the books of a batch, and their way into the search: one piece of work, not one for each book."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, Self

from django.db import connection
from pymongo.errors import PyMongoError

from books import caches
from books.events import BookCreated, BooksImported, BookUpdated
from books.importing.entries import Entry
from books.importing.models import ImportJob
from books.services.indexing import index_books
from library_portal.outbox import subscribe
from library_portal.outbox.recording import done_by_caller, record_many
from library_portal.outbox.registry import Delivered
from library_portal.redis import RedisError

logger = logging.getLogger(__name__)


class Stored(NamedTuple):
    """The books of a batch; their entries in the search have the event's id as version."""

    event_id: int
    book_ids: list[int]


@subscribe(BooksImported, queue="search", atomic=False)
def index_imported_books(delivered: Delivered) -> None:
    """Indexes the books as they are now, where the import could not do it itself."""
    _index(Stored(delivered.event_id, delivered.payload["book_ids"]))


def books_stored(job: ImportJob, created: Sequence[Entry], changed: Sequence[Entry]) -> Stored | None:
    """Records the events. Those of single books are for other systems: the portal's own handlers take them together."""
    ids = [entry.book_id for entry in (*created, *changed) if entry.book_id]
    if not ids:
        return None
    record_many([BookCreated(entry.book_id or 0) for entry in created], is_delivered=False)
    record_many([BookUpdated(entry.book_id or 0, entry.version) for entry in changed], is_delivered=False)
    (event_id,) = record_many([BooksImported(job.pk, ids)], later_for=index_imported_books)
    caches.renew_on_commit(*(entry.book_id for entry in changed if entry.book_id))
    return Stored(event_id, ids)


class IndexingBehind:
    """Indexes each batch while the next one is read and stored, in a thread with a connection of its own.

    Inside of somebody's transaction other connections would see nothing of the books: there it is done at once.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is left under way."""
        try:
            self._await()
        finally:
            self._thread.submit(_close_own_connection)
            self._thread.shutdown()

    def index(self, stored: Stored) -> None:
        """Waits for the batch before: no more than one is behind."""
        if connection.in_atomic_block:
            index_stored(stored)
            return
        self._await()
        self._under_way = self._thread.submit(index_stored, stored)

    def _await(self) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way:
            under_way.result()


def _close_own_connection() -> None:
    """`connection` is looked up in the thread that asks."""
    connection.close()


def index_stored(stored: Stored) -> None:
    """The handler's work, done at once. Should the process die, or a store be away, the handler does it later."""
    try:
        _index(stored)
    except (PyMongoError, RedisError) as error:
        logger.warning("A store does not answer, what it holds follows later: %s", error)
    else:
        done_by_caller([stored.event_id], index_imported_books)


def _index(stored: Stored) -> None:
    index_books(dict.fromkeys(stored.book_ids, stored.event_id))
    caches.renew(*stored.book_ids)
