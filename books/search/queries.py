"""Searching the catalogue: which plans are tried, what a page of hits holds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .analysis import words
from .documents import BookDocument
from .failover import ask
from .finding import find
from .highlighting import highlighted
from .querying import NO_FILTERS, Filters, InvalidQuery, Query, analyse_query
from .ranking import Ranked
from .store import COUNT_LIMIT, FacetCount, SearchStore, Selection, Sort

FACETS = 20
SUGGESTIONS = 8
AUTHOR_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Hit:
    document: BookDocument
    score: float
    highlighted_title: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """`total` is exact below COUNT_LIMIT. `did_you_mean` is the spelling that was found instead of the one typed.

    `degraded` tells that MongoDB should have answered, and PostgreSQL did.
    """

    hits: list[Hit]
    total: int
    facets: list[FacetCount]
    did_you_mean: str
    store: str
    degraded: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`kind` is "title" or "author", `id` the book's or the author's."""

    kind: str
    id: int
    text: str


def search_books(
    *,
    text: str = "",
    filters: Filters = NO_FILTERS,
    sort: Sort = "relevance",
    page: int = 1,
    page_size: int = 20,
    facets: bool = False,
) -> SearchResult:
    """One page of the books that match. An empty text browses. Raises InvalidQuery."""
    query = analyse_query(text)
    place = slice((page - 1) * page_size, page * page_size)
    if place.stop > COUNT_LIMIT:
        raise InvalidQuery(_("That is too far down the list: please narrow the search."))

    def read(store: SearchStore) -> dict[str, Any]:
        found = find(store, query, filters.selection())
        return {
            "hits": [_hit(ranked) for ranked in found.page(store, sort, place)],
            "total": found.total,
            "facets": _most_frequent(store.facets(found.selection)) if facets else [],
            "did_you_mean": found.did_you_mean,
        }

    answer = ask(read)
    return SearchResult(**answer.given, store=answer.store, degraded=answer.degraded)


def suggest(*, text: str) -> list[Suggestion]:
    """Up to SUGGESTIONS authors and titles for what is being typed. Raises InvalidQuery."""
    query = analyse_query(text)
    if query is None:
        return []
    return ask(partial(_suggestions, query)).given


def _hit(ranked: Ranked) -> Hit:
    document = BookDocument.from_json(ranked.book.document)
    return Hit(document, ranked.score, highlighted(document.title, ranked.matched))


def _most_frequent(facets: list[FacetCount]) -> list[FacetCount]:
    kinds = Counter[str]()
    kept = []
    for facet in facets:
        kinds[facet.kind] += 1
        if kinds[facet.kind] <= FACETS:
            kept.append(facet)
    return kept


def _suggestions(query: Query, store: SearchStore) -> list[Suggestion]:
    ranked = find(store, query, Selection()).ranked[: 2 * SUGGESTIONS]
    documents = [BookDocument.from_json(hit.book.document) for hit in ranked]
    authors = dict.fromkeys(
        author for book in documents for author in book.authors if _begins(query.words, author.name)
    )
    titles = {words(book.title): book for book in reversed(documents)}
    named = [Suggestion("author", *author) for author in authors][:AUTHOR_SUGGESTIONS]
    titled = [Suggestion("title", book.book_id, book.title) for book in reversed(titles.values())]
    return (named + titled)[:SUGGESTIONS]


def _begins(typed: Sequence[str], name: str) -> bool:
    return all(any(word.startswith(start) for word in words(name)) for start in typed)
