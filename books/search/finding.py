"""Finding the books for a query in one store: as typed, and when nothing fits, more and more loosely."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .analysis import Words
from .counting import total_of_many
from .querying import Attempt, OnlySigns, Plan, Query, all_of, as_typed, looser_attempts
from .ranking import Ranked, rank, same_title
from .store import COUNT_LIMIT, Candidate, Key, SearchStore, Selection

# Relevance orders this many of the most popular books that match; the less popular rest follows by popularity.
CANDIDATES = 200
# What is found by its number, or by a title of signs, is what was meant.
_NUMBER_SCORE = 20.0
# Where so many books fit, nothing else is tried, although none is the very title or author that was typed.
_ENOUGH = 20


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
    if query.isbn and (found := _by_number(store, query.by_isbn, base)):
        return found
    best = Found(selection=base.narrowed(as_typed(query.words)), total=0)
    for found in _readings(store, query, base):
        best = max(best, found, key=_best_score)  # the stricter one of equals
        if len(found.ranked) >= _ENOUGH or found.ranked[0].fits:
            break
    return best


def _readings(store: SearchStore, query: Query, base: Selection) -> Iterator[Found]:
    """What each reading of the query finds, strictest first; readings that find nothing are passed over."""
    for words in query.readings:
        if found := _as_typed(store, query, words, base):
            yield found
    if query.isbn_begun and (found := _by_number(store, query.by_isbn_begun, base)):
        yield found
    if same := _same_title(store, query, base):
        yield _these(same, _respelled(query, same[0]))
    for attempt in looser_attempts(query):
        if found := _loosely(store, query, attempt, base):
            yield found


def _best_score(found: Found) -> float:
    return found.ranked[0].score if found.ranked else 0.0


def _by_signs(store: SearchStore, query: Query, base: Selection) -> Found:
    found = _by_number(store, query.by_title, base)
    if not found:
        raise OnlySigns
    return found


def _by_number(store: SearchStore, plan: Plan, base: Selection) -> Found | None:
    selection = base.narrowed(plan)
    ranked = [Ranked(book, _NUMBER_SCORE, ()) for book in store.fetch(selection, limit=CANDIDATES)]
    return Found(selection=selection, total=len(ranked), ranked=ranked) if ranked else None


def _as_typed(store: SearchStore, query: Query, words: Words, base: Selection) -> Found | None:
    selection = base.narrowed(as_typed(words))
    popular = store.fetch(selection, limit=CANDIDATES)
    if not popular:
        return None
    if len(popular) < CANDIDATES:
        return _few(store, query, words, base, popular)
    better = _less_popular_but_better(store, [query.by_title, all_of(words)], base, popular)
    return Found(
        selection=selection,
        total=total_of_many(store, selection),
        words=words,
        ranked=rank(words, [*popular, *better.values()]),
        rest=replace(selection, excluded=tuple(better)),
        rest_after=Key(popular[-1].place, popular[-1].book_id),
    )


def _few(store: SearchStore, query: Query, words: Words, base: Selection, books: list[Candidate]) -> Found:
    """With those whose whole title is the same, split otherwise."""
    ranked = rank(words, books)
    known = {book.book_id for book in books}
    others = [hit for hit in _same_title(store, query, base) if hit.book.book_id not in known] if len(words) > 1 else []
    if others:
        return _these([*others, *ranked], _respelled(query, others[0]))
    return Found(selection=base.narrowed(as_typed(words)), total=len(ranked), words=words, ranked=ranked)


def _same_title(store: SearchStore, query: Query, base: Selection) -> list[Ranked]:
    return same_title(store.fetch(base.narrowed(query.by_title), limit=CANDIDATES))


def _these(ranked: list[Ranked], did_you_mean: str = "") -> Found:
    among = Selection(among=tuple(hit.book.book_id for hit in ranked))
    return Found(selection=among, total=len(ranked), ranked=ranked, did_you_mean=did_you_mean)


def _less_popular_but_better(
    store: SearchStore, plans: list[Plan], base: Selection, popular: list[Candidate]
) -> dict[int, Candidate]:
    """Whole words and whole titles must not drown among the many books that only begin the same."""
    known = {book.book_id for book in popular}
    fetched = [book for plan in plans for book in store.fetch(base.narrowed(plan), limit=CANDIDATES)]
    return {book.book_id: book for book in fetched if book.book_id not in known}


def _loosely(store: SearchStore, query: Query, attempt: Attempt, base: Selection) -> Found | None:
    fetched = [book for plan in attempt.plans for book in store.fetch(base.narrowed(plan), limit=CANDIDATES)]
    candidates = {book.book_id: book for book in fetched}
    ranked = rank(attempt.words, candidates.values(), loosely=True, missing=attempt.missing)
    return _these(ranked, _respelled(query, ranked[0])) if ranked else None


def _respelled(query: Query, best: Ranked) -> str:
    """What the best book has instead of what was typed; initials are as good as typed."""
    others = [word for word in best.matched if word not in query.words and len(word) > 1]
    return " ".join(best.matched) if others else ""
