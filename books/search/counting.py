"""How many hits there are, and how many of them have which genre, author, language and so on.

Filters apply to the counts as to the hits. Many hits are counted once, until anything in the catalogue changes.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from books import caches

from .store import FacetCount, SearchStore, Selection

FACETS = 20
# Counting fewer hits than this takes less time than asking for what was counted before.
FEW = 200


def total_of_many(store: SearchStore, selection: Selection) -> int:
    """For a selection that has more than FEW hits."""
    return int(_kept("total", store, selection, lambda: store.count(selection)))


def facets_of(store: SearchStore, selection: Selection, *, total: int) -> list[FacetCount]:
    """The FACETS most frequent values of each kind."""
    if total <= FEW:
        return _most_frequent(store.facets(selection)) if total else []
    counted = _kept(
        "facets", store, selection, lambda: [tuple(facet) for facet in _most_frequent(store.facets(selection))]
    )
    return [FacetCount(*facet) for facet in counted]


def _kept(what: str, store: SearchStore, selection: Selection, count: Callable[[], Any]) -> Any:
    key = f"{what}:{store.name}:{selection!r}"
    return orjson.loads(caches.kept(caches.LISTS, key, lambda: orjson.dumps(count())))


def _most_frequent(facets: Iterable[FacetCount]) -> list[FacetCount]:
    kinds = Counter[str]()
    kept = []
    for facet in facets:
        kinds[facet.kind] += 1
        if kinds[facet.kind] <= FACETS:
            kept.append(facet)
    return kept
