"""How many of the hits have which genre, author, language and so on; filters apply to the counts as to the hits."""

from collections import Counter
from collections.abc import Iterable

import orjson

from books import caches

from .finding import Found
from .store import FacetCount, SearchStore

FACETS = 20
# Counting fewer hits than this takes less time than asking for what was counted before.
SMALL = 500


def facets_of(store: SearchStore, found: Found) -> list[FacetCount]:
    """The FACETS most frequent values of each kind. Many hits are counted once, until the catalogue changes."""
    if not found.total:
        return []
    if found.total < SMALL:
        return _most_frequent(store.facets(found.selection))
    key = f"facets:{store.name}:{found.selection!r}"
    counted = caches.kept(caches.LISTS, key, lambda: _bytes(store.facets(found.selection)))
    return [FacetCount(*facet) for facet in orjson.loads(counted)]


def _most_frequent(facets: Iterable[FacetCount]) -> list[FacetCount]:
    kinds = Counter[str]()
    kept = []
    for facet in facets:
        kinds[facet.kind] += 1
        if kinds[facet.kind] <= FACETS:
            kept.append(facet)
    return kept


def _bytes(facets: Iterable[FacetCount]) -> bytes:
    return orjson.dumps([tuple(facet) for facet in _most_frequent(facets)])
