"""Finding the books for a query in one store: as typed, and when nothing fits, more and more loosely."""

from dataclasses import dataclass, field, replace

from .querying import Query, looser_attempts
from .ranking import Ranked, rank
from .store import Candidate, SearchStore, Selection, Sort

# Relevance orders this many of the most popular books that match; the less popular rest follows by popularity.
CANDIDATES = 200
_ISBN_SCORE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`ranked` are the best hits in order; `rest` selects those that were too many to rank."""

    selection: Selection
    total: int
    words: tuple[str, ...] = ()
    ranked: list[Ranked] = field(default_factory=list)
    rest: Selection | None = None
    did_you_mean: str = ""

    def page(self, store: SearchStore, sort: Sort, place: slice) -> list[Ranked]:
        if sort != "relevance" or not self.ranked:
            return self._sorted(store, self.selection, sort, place.start, place.stop - place.start)
        best = self.ranked[place]
        missing = place.stop - place.start - len(best)
        if not missing or not self.rest:
            return best
        offset = CANDIDATES + max(0, place.start - len(self.ranked))
        return best + self._sorted(store, self.rest, "popular", offset, missing)

    def _sorted(self, store: SearchStore, selection: Selection, sort: Sort, offset: int, limit: int) -> list[Ranked]:
        """In the store's order, with the scores and matches that the ranking gives."""
        if offset >= self.total:
            return []
        candidates = store.fetch(selection, sort=sort, offset=offset, limit=limit)
        known = {hit.book.book_id: hit for hit in self.ranked}
        known |= {hit.book.book_id: hit for hit in rank(self.words, candidates)} if self.words else {}
        return [known.get(book.book_id, Ranked(book, 0.0, ())) for book in candidates]


def find(store: SearchStore, query: Query | None, base: Selection) -> Found:
    """The books of `base` that the query means; all of them without a query."""
    if query is None:
        return Found(selection=base, total=store.count(base))
    found = _by_isbn(store, query, base) or _as_typed(store, query, base) or _loosely(store, query, base)
    return found or Found(selection=base.narrowed(query.by_prefix), total=0)


def _by_isbn(store: SearchStore, query: Query, base: Selection) -> Found | None:
    if not query.isbns:
        return None
    selection = base.narrowed(query.by_isbn)
    ranked = [Ranked(book, _ISBN_SCORE, ()) for book in store.fetch(selection, limit=CANDIDATES)]
    return Found(selection=selection, total=len(ranked), ranked=ranked) if ranked else None


def _as_typed(store: SearchStore, query: Query, base: Selection) -> Found | None:
    selection = base.narrowed(query.by_prefix)
    popular = store.fetch(selection, limit=CANDIDATES)
    if not popular:
        return None
    if len(popular) < CANDIDATES:
        return Found(selection=selection, total=len(popular), words=query.words, ranked=rank(query.words, popular))
    better = _less_popular_but_better(store, query, base, popular)
    return Found(
        selection=selection,
        total=store.count(selection),
        words=query.words,
        ranked=rank(query.words, [*popular, *better.values()]),
        rest=replace(selection, excluded=tuple(better)),
    )


def _less_popular_but_better(
    store: SearchStore, query: Query, base: Selection, popular: list[Candidate]
) -> dict[int, Candidate]:
    """Whole words and whole titles must not drown among the many books that only begin the same."""
    known = {book.book_id for book in popular}
    plans = (query.by_title, query.by_words)
    fetched = [book for plan in plans for book in store.fetch(base.narrowed(plan), limit=CANDIDATES)]
    return {book.book_id: book for book in fetched if book.book_id not in known}


def _loosely(store: SearchStore, query: Query, base: Selection) -> Found | None:
    for attempt in looser_attempts(query):
        candidates = store.fetch(base.narrowed(attempt.plan), limit=CANDIDATES)
        if ranked := rank(attempt.words, candidates, misspelt=attempt.misspelt):
            return Found(
                selection=Selection(among=tuple(hit.book.book_id for hit in ranked)),
                total=len(ranked),
                ranked=ranked,
                did_you_mean=_respelled(query, ranked[0]),
            )
    return None


def _respelled(query: Query, best: Ranked) -> str:
    return "" if set(best.matched) <= set(query.words) else " ".join(best.matched)
