"""Books as the search index holds them, read from the catalogue."""

from collections.abc import Mapping
from math import log

from books.queries import Row, authors_of, genres_of, isbns_of, other_names_of, present_books
from books.search.documents import BookDocument, Named


def index_documents(versions: Mapping[int, int]) -> list[BookDocument]:
    """What the index should hold of these books, each with its version; not the withdrawn and deleted."""
    books = present_books().filter(pk__in=versions).select_related("publisher")
    authors, genres = authors_of(versions), genres_of(versions)
    isbns, names = isbns_of(versions), other_names_of(versions)
    return [
        BookDocument(
            book_id=book.pk,
            version=versions[book.pk],
            authors=_named(authors[book.pk]),
            other_names=tuple(names[book.pk]),
            genres=_named(genres[book.pk]),
            publisher=Named(book.publisher.pk, book.publisher.name) if book.publisher else None,
            isbns=tuple(isbns[book.pk]),
            popularity=book.loans_count + log(1 + book.ratings_count),
            **{field: getattr(book, field) for field in _INDEXED_AS_THEY_ARE},
        )
        for book in books
    ]


_INDEXED_AS_THEY_ARE = (
    "title", "original_title", "subtitle", "series", "language", "year", "cover", "cover_url", "cover_picture", "pages",
    "rating", "ratings_count", "status", "created_at",
)  # fmt: skip


def _named(rows: list[Row]) -> tuple[Named, ...]:
    return tuple(Named(row["id"], row["name"]) for row in rows)
