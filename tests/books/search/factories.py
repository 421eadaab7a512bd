"""Books as the index knows them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factory

from books.search.documents import BookDocument, Named

FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


class BookDocumentFactory(factory.Factory[BookDocument]):
    class Meta:
        model = BookDocument

    book_id = factory.Sequence(lambda number: number + 1)
    version = 1
    title = factory.Sequence(lambda number: f"Title {number + 1}")
    created_at = factory.LazyAttribute(lambda book: FIRST_DAY + timedelta(days=book.book_id))
    popularity = 1.0


def document(title: str, *authors: str, **given: Any) -> BookDocument:
    """A book with authors by name; their ids follow from the names."""
    named = tuple(Named(sum(map(ord, name)), name) for name in authors)
    return BookDocumentFactory.build(title=title, authors=named, **given)
