"""One page of the catalogue as readers see it: found by the search, with today's availability from PostgreSQL."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils.safestring import SafeString

from books.models import Author, Book, Copy
from books.queries import AVAILABLE, SUMMARY_FIELDS, Row, book_summaries, present_books, statuses, summaries
from books.search.finding import CANDIDATES
from books.search.queries import search_books
from books.search.querying import NO_FILTERS, Filters
from books.search.store import COUNT_LIMIT, FacetCount, Sort

PAGE_SIZE = 24
FACETS_KEPT_SECONDS = 120
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
    """Raises InvalidQuery."""
    if wish.available and not wish.text:
        return _available_books(wish)
    if wish.available:
        return _available_hits(wish)
    typed = bool(wish.text)
    result = search_books(
        text=wish.text, filters=wish.filters, sort=wish.sort, page=wish.page, page_size=PAGE_SIZE, facets=typed
    )
    return Shown(
        books=_with_titles(result.hits),
        total=result.total,
        page=wish.page,
        pages=_pages(result.total),
        facets=result.facets if typed else _facets_while_browsing(wish.filters),
        did_you_mean=result.did_you_mean,
        degraded=result.degraded,
    )


def books_by(sort: str, *, limit: int, available: bool = False) -> list[Row]:
    """The first books in the order of `sort`, one of ORDERS."""
    books = present_books().filter(status=AVAILABLE) if available else present_books()
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


def _available_hits(wish: Wish) -> Shown:
    """Of the best matches: the index does not know what is on the shelf today."""
    result = search_books(text=wish.text, filters=wish.filters, sort=wish.sort, page_size=CANDIDATES, facets=True)
    status = statuses([hit.document.book_id for hit in result.hits])
    hits = [hit for hit in result.hits if status.get(hit.document.book_id) == AVAILABLE]
    return Shown(
        books=_with_titles(_page_of(hits, wish.page)),
        total=len(hits),
        page=wish.page,
        pages=_pages(len(hits)),
        facets=result.facets,
        did_you_mean=result.did_you_mean,
        degraded=result.degraded,
    )


def _available_books(wish: Wish) -> Shown:
    books = _filtered(present_books().filter(status=AVAILABLE), wish.filters)
    total = books.order_by()[:COUNT_LIMIT].count()
    rows = _page_of(books.order_by(*ORDERS.get(wish.sort, ORDERS["popular"])).values(*SUMMARY_FIELDS), wish.page)
    return Shown(
        books=summaries(rows),
        total=total,
        page=wish.page,
        pages=_pages(total),
        facets=_facets_while_browsing(wish.filters),
    )


def _facets_while_browsing(filters: Filters) -> list[FacetCount]:
    """Counting a whole catalogue takes long and changes little: kept for FACETS_KEPT_SECONDS."""
    key = f"catalogue:facets:{'/'.join(str(value) for value in astuple(filters))}"
    return cache.get_or_set(
        key, lambda: search_books(filters=filters, page_size=1, facets=True).facets, FACETS_KEPT_SECONDS
    )


def _filtered(books: QuerySet[Book], filters: Filters) -> QuerySet[Book]:
    wanted = {
        "authors": filters.author,
        "genres": filters.genre,
        "language": filters.language,
        "year__gte": filters.year_min,
        "year__lte": filters.year_max,
    }
    return books.filter(**{lookup: value for lookup, value in wanted.items() if value not in (None, "")})


def _with_titles(hits: Sequence[Any]) -> list[Row]:
    titles: dict[int, SafeString] = {hit.document.book_id: hit.highlighted_title for hit in hits}
    return [{**book, "highlighted_title": titles[book["id"]]} for book in book_summaries(book_ids=list(titles))]


def _page_of(items: Any, page: int) -> Any:
    return items[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _pages(total: int) -> int:
    return max(1, -(-min(total, COUNT_LIMIT) // PAGE_SIZE))
