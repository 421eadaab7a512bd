"""What a search store does: it keeps indexed books and fetches those that a selection names. It does not rank."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, Protocol

from .indexing import IndexedBook

Sort = Literal["relevance", "newest", "title", "popular"]
Progress = Callable[[int], None]

# A total is exact up to here, and page numbers lead no deeper; cursors do.
COUNT_LIMIT = 10_000
# Values of each kind of facet that are told.
FACETS = 20


class Condition(NamedTuple):
    """A book meets it when its array `terms` ("words", "prefixes" or "spellings") holds any of `any_of`."""

    terms: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The books that meet every condition, first published within the years (both inclusive).

    `among` and `excluded` are ids; an empty `among` means any book.
    """

    conditions: tuple[Condition, ...] = ()
    year_min: int | None = None
    year_max: int | None = None
    among: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()

    def narrowed(self, conditions: Iterable[Condition]) -> "Selection":
        return replace(self, conditions=(*conditions, *self.conditions))


class Candidate(NamedTuple):
    """A fetched book with what ranking looks at: `fields` as `indexing.FIELDS` names them.

    `place` is the value by which it was sorted.
    """

    book_id: int
    popularity: float
    fields: Sequence[str]
    place: Any = None


class Entry(NamedTuple):
    """What a store has under an id: `contents` as `contents_of` tells them of a book, None for a deleted one."""

    book_id: int
    version: int
    contents: dict[str, Any] | None


class Key(NamedTuple):
    """Where a list is continued: the value by which the last book was sorted, and its id."""

    place: Any
    book_id: int


class FacetCount(NamedTuple):
    kind: str
    value: str
    label: str
    count: int  # type: ignore[assignment]  # hides tuple.count


def facet_counts(rows: Iterable[tuple[str, int]]) -> list[FacetCount]:
    """From "kind:value:label" and how often it occurs: the FACETS most frequent of each kind, most frequent first."""
    counts = [FacetCount(*_parts(facet), count) for facet, count in rows]
    kinds = Counter[str]()
    kept = []
    for facet in sorted(counts, key=lambda facet: (-facet.count, facet.kind, facet.label)):
        kinds[facet.kind] += 1
        if kinds[facet.kind] <= FACETS:
            kept.append(facet)
    return kept


def _parts(facet: str) -> tuple[str, str, str]:
    kind, value, label = facet.split(":", 2)
    return kind, value, label


class SearchStore(Protocol):
    """Every method raises the driver's error when the store is away."""

    name: str

    def fetch(
        self,
        selection: Selection,
        *,
        sort: Sort = "popular",
        limit: int,
        offset: int = 0,
        after: Key | None = None,
        before: Key | None = None,
    ) -> list[Candidate]:
        """At most `limit` books in the order of `sort` (relevance counts as popular), ties by id.

        `after` and `before` are left out themselves; with `before`, the nearest books before it.
        """

    def ids(self, selection: Selection, *, limit: int = COUNT_LIMIT) -> list[int]:
        """The ids alone, by popularity."""

    def documents(self, book_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """What the index shows of these books, as JSON; books that went meanwhile are left out."""

    def count(self, selection: Selection, *, limit: int = COUNT_LIMIT) -> int:
        """How many books are selected, counted no further than `limit`."""

    def facets(self, selection: Selection) -> list[FacetCount]:
        """How many of the first COUNT_LIMIT selected books have which value; the FACETS most frequent of each kind."""

    def upsert(self, books: Sequence[IndexedBook]) -> None:
        """Keeps each book unless the store has the same or a newer version of it."""

    def delete(self, book_ids: Sequence[int], *, version: int) -> None:
        """Forgets the books, and remembers the version so that an older document does not bring them back."""

    def rebuild(self, batches: Iterable[Sequence[IndexedBook]], *, progress: Progress) -> None:
        """Makes the store hold exactly these books, while it goes on answering and taking newer versions."""

    def entries(self, *, after: int, limit: int) -> list[Entry]:
        """The next entries by id, those of deleted books among them."""

    def contents_of(self, book: IndexedBook) -> dict[str, Any]:
        """What an entry of this book holds here, to be compared."""

    def mend(self, books: Sequence[IndexedBook], gone: Mapping[int, int]) -> None:
        """Writes the books anew, also where their version is there already; forgets those gone (id → version)."""

    def is_built(self) -> bool:
        """Whether it can answer; a store that can't needs its first rebuild."""
