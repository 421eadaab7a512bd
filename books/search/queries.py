"""Searching the catalogue: which plans are tried, what a page of hits holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from .counting import facets_of
from .documents import BookDocument
from .failover import ask
from .finding import find
from .highlighting import highlighted
from .paging import Listing, from_cursor, offset_of, to_cursor
from .querying import NO_FILTERS, Filters, InvalidQuery, analyse_query
from .ranking import Ranked
from .store import FacetCount, SearchStore, Sort
from .suggesting import Suggestion as Suggestion
from .suggesting import suggestions


@dataclass(frozen=True, slots=True)
class Hit:
    """`document` is what the index showed when it was last written."""

    document: BookDocument
    score: float
    highlighted_title: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """`total` is exact below COUNT_LIMIT. `did_you_mean` is the spelling that was found instead of the one typed.

    `next` and `previous` are cursors, None where the list ends.
    `degraded` tells that MongoDB should have answered, and PostgreSQL did.
    """

    hits: list[Hit]
    total: int
    next: str | None
    previous: str | None
    facets: list[FacetCount]
    did_you_mean: str
    store: str
    degraded: bool


def search_books(
    *,
    text: str = "",
    filters: Filters = NO_FILTERS,
    sort: Sort = "relevance",
    page: int = 1,
    cursor: str = "",
    page_size: int = 20,
    facets: bool = False,
) -> SearchResult:
    """One page of the books that match: by its number, or by a cursor of the page beside it, which leads on for ever.

    An empty text browses. Raises InvalidQuery, InvalidCursor.
    """
    query, search = analyse_query(text), (text, filters, sort)
    start = from_cursor(cursor, sort=sort, search=search) if cursor else None
    offset = 0 if start else offset_of(page, page_size)

    def read(store: SearchStore) -> dict[str, Any]:
        found = find(store, query, filters.selection())
        listing = Listing(found=found, store=store, sort=sort)
        shown = listing.from_start(start, page_size) if start else listing.numbered(offset, page_size)
        return {
            "hits": _hits(store, shown.hits),
            "total": found.total,
            "next": to_cursor(shown.next, search=search),
            "previous": to_cursor(shown.previous, search=search),
            "facets": facets_of(store, found.selection, total=found.total) if facets else [],
            "did_you_mean": found.did_you_mean,
        }

    answer = ask(read)
    return SearchResult(**answer.given, store=answer.store, degraded=answer.degraded)


def ids_found(*, text: str, limit: int) -> list[int]:
    """The best matches of a text, for lists of something else; none for a text that can't be searched for."""
    try:
        return [hit.document.book_id for hit in search_books(text=text, page_size=limit).hits]
    except InvalidQuery:
        return []


def matching_ids(*, text: str, filters: Filters = NO_FILTERS) -> list[int]:
    """The first COUNT_LIMIT books that match, best first. Raises InvalidQuery."""
    query = analyse_query(text)
    return ask(lambda store: find(store, query, filters.selection()).ids(store)).given


def is_used(filters: Filters) -> bool:
    """Whether any book has all that is asked for."""
    return ask(lambda store: store.count(filters.selection(), limit=1)).given > 0


def suggest(*, text: str) -> list[Suggestion]:
    """Up to SUGGESTIONS authors and titles for what is being typed. Raises InvalidQuery."""
    query = analyse_query(text)
    if query is None:
        return []
    return ask(lambda store: suggestions(store, query)).given


def _hits(store: SearchStore, shown: list[Ranked]) -> list[Hit]:
    documents = _documents(store, shown)
    found = ((documents[hit.book.book_id], hit) for hit in shown if hit.book.book_id in documents)
    return [Hit(document, hit.score, highlighted(document.title, hit.matched)) for document, hit in found]


def _documents(store: SearchStore, hits: Sequence[Ranked]) -> dict[int, BookDocument]:
    stored = store.documents([hit.book.book_id for hit in hits])
    return {book_id: BookDocument.from_json(document) for book_id, document in stored.items()}
