"""Bringing the search index up to date with the catalogue."""

from collections.abc import Iterator, Mapping

from books.queries import book_ids_after, index_documents
from books.search.documents import BookDocument
from books.search.services import BATCH, forget_books, rebuild
from books.search.services import index_books as write_index
from books.search.store import Progress, SearchStore
from library_portal.outbox import latest_event_id


def index_books(versions: Mapping[int, int]) -> None:
    """Indexes these books as they are now: book id → version. Books that are gone are forgotten.

    Repeatable, in any order. Raises PyMongoError when MongoDB is away.
    """
    documents = index_documents(versions)
    write_index(documents)
    for book_id in versions.keys() - {document.book_id for document in documents}:
        forget_books([book_id], version=versions[book_id])


def rebuild_index(store: SearchStore, *, progress: Progress) -> None:
    """Reads the whole catalogue anew into one store, which goes on answering meanwhile. Raises PyMongoError."""
    rebuild(store, _whole_catalogue(), progress=progress)


def _whole_catalogue() -> Iterator[BookDocument]:
    """Each book with the newest event before it was read as its version: whatever happens to it later is newer."""
    last_id = 0
    while True:
        version = latest_event_id()
        ids = book_ids_after(last_id, limit=BATCH)
        if not ids:
            return
        yield from index_documents(dict.fromkeys(ids, version))
        last_id = ids[-1]
