"""How many hits there are, and how many of them have which genre, author, language and so on.

Filters apply to the counts as to the hits. Many hits are counted once, until anything in the catalogue changes.
"""

from collections.abc import Callable
from typing import Any

import orjson

from books import caches

from .store import FacetCount, SearchStore, Selection

# Counting fewer hits than this takes less time than asking for what was counted before.
FEW = 200


def total_of_many(store: SearchStore, selection: Selection) -> int:
    """For a selection that has more than FEW hits."""
    return int(_kept("total", store, selection, lambda: store.count(selection)))


def facets_of(store: SearchStore, selection: Selection, *, total: int) -> list[FacetCount]:
    """The most frequent values of each kind."""
    if total <= FEW:
        return store.facets(selection) if total else []
    counted = _kept("facets", store, selection, lambda: [tuple(facet) for facet in store.facets(selection)])
    return [FacetCount(*facet) for facet in counted]


def _kept(what: str, store: SearchStore, selection: Selection, count: Callable[[], Any]) -> Any:
    key = f"{what}:{store.name}:{selection!r}"
    return orjson.loads(caches.kept(caches.LISTS, key, lambda: orjson.dumps(count())))
