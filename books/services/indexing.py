"""Bringing the search index up to date with the catalogue."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from books.queries import book_ids_after
from books.search.documents import BookDocument
from books.search.services import BATCH, forget_books, indexed_versions, rebuild
from books.search.services import index_books as write_index
from books.search.store import Progress, SearchStore
from books.search_documents import index_documents


def index_books(versions: Mapping[int, int]) -> None:
    """Indexes these books as they are now: book id → version. Books that are gone are forgotten.

    Repeatable, in any order. Raises PyMongoError when MongoDB is away.
    """
    documents = index_documents(versions)
    write_index(documents)
    gone = defaultdict(list)
    for book_id in versions.keys() - {document.book_id for document in documents}:
        gone[versions[book_id]].append(book_id)
    for version, book_ids in gone.items():
        forget_books(book_ids, version=version)


def rebuild_index(store: SearchStore, *, progress: Progress) -> None:
    """Reads the whole catalogue anew into one store, which goes on answering meanwhile. Raises PyMongoError."""
    rebuild(store, _whole_catalogue(), progress=progress)


def _whole_catalogue() -> Iterator[BookDocument]:
    """Each book with the version that was last indexed, noted before the book is read.

    A change that is committed later has a greater event id. The newest event of all would not do as version: an
    older one may still be uncommitted, and would then count as out of date.
    """
    last_id = 0
    while ids := book_ids_after(last_id, limit=BATCH):
        versions = indexed_versions(ids)
        yield from index_documents({book_id: versions.get(book_id, 0) for book_id in ids})
        last_id = ids[-1]
