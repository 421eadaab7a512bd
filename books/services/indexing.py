"""Bringing the search index up to date with the catalogue."""

from collections.abc import Mapping

from books.queries import index_documents
from books.search.services import forget_books
from books.search.services import index_books as write_index


def index_books(versions: Mapping[int, int]) -> None:
    """Indexes these books as they are now: book id → version. Books that are gone are forgotten.

    Repeatable, in any order. Raises PyMongoError when MongoDB is away.
    """
    documents = index_documents(versions)
    write_index(documents)
    for book_id in versions.keys() - {document.book_id for document in documents}:
        forget_books([book_id], version=versions[book_id])
