"""What stands beside a book: more of its author, else of its genre; and all of an author, page by page."""

from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from books.browsing import PAGE_SIZE, Shown
from books.queries import SUMMARY_FIELDS, Row, present_books, summaries

RELATED = 6
ORDERS: dict[str, tuple[Any, ...]] = {
    "popular": ("-loans_count", "-ratings_count", "-id"),
    "newest": ("-created_at", "-id"),
    "year": (F("year").asc(nulls_last=True), "id"),
    "title": ("title", "id"),
}


class Related(NamedTuple):
    """Books, and the author or genre that they share with the one they stand beside."""

    shared: str
    kind: str
    books: list[Row]


def related_books(book: Row) -> Related | None:
    """Of the first author, or where the library has no more of them, of the first genre; the most read first."""
    ways = [("author", {"authors": author["id"]}, author["name"]) for author in book["authors"][:1]]
    ways += [("genre", {"genres": genre["id"]}, genre["name"]) for genre in book["genres"][:1]]
    for kind, filters, shared in ways:
        others = present_books().filter(**filters).exclude(pk=book["id"]).order_by(*ORDERS["popular"])
        if found := _rows(others[:RELATED]):
            return Related(shared, kind, found)
    return None


def books_of_author_shown(*, author_id: int, sort: str, page: int) -> Shown:
    """A page of what readers may find of them, in one of ORDERS."""
    books = present_books().filter(authors=author_id)
    total = books.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(page, pages)
    place = slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    return Shown(books=_rows(books.order_by(*ORDERS[sort])[place]), total=total, page=page, pages=pages)


def _rows(books: QuerySet[Any]) -> list[Row]:
    return summaries(books.values(*SUMMARY_FIELDS))
