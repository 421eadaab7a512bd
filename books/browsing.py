"""One page of the catalogue as readers see it: found by the search, with today's availability from PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Q
from django.utils.safestring import SafeString

from books.models import Author, Book, Copy
from books.queries import AVAILABLE, SUMMARY_FIELDS, Row, book_summaries, having_status, present_books, summaries
from books.search.queries import search_books
from books.search.querying import NO_FILTERS, Filters
from books.search.store import COUNT_LIMIT, FacetCount, Sort

PAGE_SIZE = 24
ORDERS: dict[str, tuple[str, ...]] = {
    "popular": ("-loans_count", "-ratings_count", "-id"),
    "newest": ("-created_at", "-id"),
    "title": ("title", "id"),
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a reader looks for. `available` wants only books that can be taken home today."""

    text: str = ""
    filters: Filters = NO_FILTERS
    available: bool = False
    sort: Sort = "relevance"
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return self.available or self.filters != NO_FILTERS


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One page: `books` are summaries with `highlighted_title`; `pages` is at least 1."""

    books: list[Row]
    total: int
    page: int
    pages: int
    facets: list[FacetCount] = field(default_factory=list)
    did_you_mean: str = ""
    degraded: bool = False

    @property
    def counted_to_limit(self) -> bool:
        return self.total >= COUNT_LIMIT

    @property
    def previous_page(self) -> int:
        return min(self.page - 1, self.pages)

    @property
    def next_page(self) -> int:
        return self.page + 1


def browse(wish: Wish) -> Shown:
    """Of available books, those taken since the index heard of them are left out. Raises InvalidQuery."""
    filters = replace(wish.filters, status=AVAILABLE) if wish.available else wish.filters
    result = search_books(
        text=wish.text, filters=filters, sort=wish.sort, page=wish.page, page_size=PAGE_SIZE, facets=True
    )
    books = _with_titles(result.hits)
    return Shown(
        books=[book for book in books if filters.status in (None, book["status"])],
        total=result.total,
        page=wish.page,
        pages=_pages(result.total),
        facets=result.facets,
        did_you_mean=result.did_you_mean,
        degraded=result.degraded,
    )


def books_by(sort: str, *, limit: int, available: bool = False) -> list[Row]:
    """The first books in the order of `sort`, one of ORDERS."""
    books = having_status(present_books(), AVAILABLE) if available else present_books()
    return summaries(books.order_by(*ORDERS[sort]).values(*SUMMARY_FIELDS)[:limit])


def books_of_author(*, author_id: int) -> list[Row]:
    """Everything of theirs that readers may find, the most read first."""
    books = present_books().filter(authors=author_id).order_by(*ORDERS["popular"])
    return summaries(books.values(*SUMMARY_FIELDS))


def library_facts() -> dict[str, int]:
    """How many titles, copies that are lent, copies free now, and authors the library has."""
    copies = Copy.objects.filter(book__withdrawn_at=None).exclude(status=Copy.Status.UNAVAILABLE)
    counts = copies.aggregate(copies=Count("pk"), free=Count("pk", Q(status=Copy.Status.AVAILABLE)))
    return {"books": Book.objects.filter(withdrawn_at=None).count(), "authors": Author.objects.count(), **counts}


def _with_titles(hits: Sequence[Any]) -> list[Row]:
    titles: dict[int, SafeString] = {hit.document.book_id: hit.highlighted_title for hit in hits}
    return [{**book, "highlighted_title": titles[book["id"]]} for book in book_summaries(book_ids=list(titles))]


def _pages(total: int) -> int:
    return max(1, -(-min(total, COUNT_LIMIT) // PAGE_SIZE))
