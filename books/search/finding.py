"""Finding the books for a query in one store: as typed, and when nothing fits, more and more loosely."""

from dataclasses import dataclass, field, replace

from .analysis import Words
from .querying import MOST_READINGS, Attempt, OnlySigns, Plan, Query, all_of, as_typed, looser_attempts
from .ranking import Ranked, rank
from .store import COUNT_LIMIT, Candidate, Key, SearchStore, Selection

# Relevance orders this many of the most popular books that match; the less popular rest follows by popularity.
CANDIDATES = 200
# What is found by its number, or by a title of signs, is what was meant.
_NUMBER_SCORE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`ranked` are the best hits in order; `rest` selects those that were too many to rank, after `rest_after`."""

    selection: Selection
    total: int
    words: tuple[str, ...] = ()
    ranked: list[Ranked] = field(default_factory=list)
    rest: Selection | None = None
    rest_after: Key | None = None
    did_you_mean: str = ""

    def ids(self, store: SearchStore) -> list[int]:
        """Of the first COUNT_LIMIT hits, best first."""
        ranked = [hit.book.book_id for hit in self.ranked]
        if self.ranked and self.rest is None:
            return ranked
        return list(dict.fromkeys(ranked + store.ids(self.selection)))[:COUNT_LIMIT]


def find(store: SearchStore, query: Query | None, base: Selection) -> Found:
    """The books of `base` that the query means; all of them without a query. Raises OnlySigns."""
    if query is None:
        return Found(selection=base, total=store.count(base))
    if not query.readings:
        return _by_signs(store, query, base)
    found = (
        (_by_number(store, query.by_isbn, base) if query.isbns else None)
        or _as_typed(store, query, base)
        or (_by_number(store, query.by_isbn_begun, base) if query.isbn_begun else None)
        or _loosely(store, query, base)
    )
    return found or Found(selection=base.narrowed(as_typed(query.words)), total=0)


def _by_signs(store: SearchStore, query: Query, base: Selection) -> Found:
    found = _by_number(store, query.by_title, base)
    if not found:
        raise OnlySigns
    return found


def _by_number(store: SearchStore, plan: Plan, base: Selection) -> Found | None:
    selection = base.narrowed(plan)
    ranked = [Ranked(book, _NUMBER_SCORE, ()) for book in store.fetch(selection, limit=CANDIDATES)]
    return Found(selection=selection, total=len(ranked), ranked=ranked) if ranked else None


def _as_typed(store: SearchStore, query: Query, base: Selection) -> Found | None:
    for reading in query.readings[:MOST_READINGS]:
        if found := _all_words(store, query, reading, base):
            return found
    return None


def _all_words(store: SearchStore, query: Query, words: Words, base: Selection) -> Found | None:
    selection = base.narrowed(as_typed(words))
    popular = store.fetch(selection, limit=CANDIDATES)
    if not popular:
        return None
    if len(popular) < CANDIDATES:
        return Found(selection=selection, total=len(popular), words=words, ranked=rank(words, popular))
    better = _less_popular_but_better(store, [query.by_title, all_of(words)], base, popular)
    return Found(
        selection=selection,
        total=store.count(selection),
        words=words,
        ranked=rank(words, [*popular, *better.values()]),
        rest=replace(selection, excluded=tuple(better)),
        rest_after=Key(popular[-1].place, popular[-1].book_id),
    )


def _less_popular_but_better(
    store: SearchStore, plans: list[Plan], base: Selection, popular: list[Candidate]
) -> dict[int, Candidate]:
    """Whole words and whole titles must not drown among the many books that only begin the same."""
    known = {book.book_id for book in popular}
    fetched = [book for plan in plans for book in store.fetch(base.narrowed(plan), limit=CANDIDATES)]
    return {book.book_id: book for book in fetched if book.book_id not in known}


def _loosely(store: SearchStore, query: Query, base: Selection) -> Found | None:
    for attempt in looser_attempts(query):
        if ranked := _attempted(store, attempt, base):
            return Found(
                selection=Selection(among=tuple(hit.book.book_id for hit in ranked)),
                total=len(ranked),
                ranked=ranked,
                did_you_mean=_respelled(query, ranked[0]),
            )
    return None


def _attempted(store: SearchStore, attempt: Attempt, base: Selection) -> list[Ranked]:
    fetched = [book for plan in attempt.plans for book in store.fetch(base.narrowed(plan), limit=CANDIDATES)]
    candidates = {book.book_id: book for book in fetched}
    return rank(attempt.words, candidates.values(), loosely=True, missing=attempt.missing)


def _respelled(query: Query, best: Ranked) -> str:
    return "" if set(best.matched) <= set(query.words) else " ".join(dict.fromkeys(best.matched))
