"""The one ranking: where and how well a book matches, then how popular it is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from .analysis import Words, without_article
from .indexing import main_words, texts_of
from .querying import is_telling, joined
from .store import Candidate

# How much a word is worth by the field that it is found in, of 10 for the whole query.
_FIELD_WEIGHTS = (10.0, 9.9, 10.0, 8.0, 7.0, 4.0)
_WHOLE, _PREFIX, _MISSPELT = 1.0, 0.85, 0.7
_SHORTEST_MISSPELT = 3
# What it adds where the words stand. The steps are higher than popularity where it must not blur them.
_EXACT_TITLE, _EXACT_TITLE_AND_MORE = 5.0, 4.5
_EXACT_AUTHOR, _TITLE_START = 3.2, 3.0
_AUTHOR, _WITHIN_TITLE, _SERIES_START = 2.5, 2.0, 2.0
_UNFINISHED = 0.5
_TITLE_COVERAGE = 0.25
_POPULARITY = 2.0
# Popularity at which half of _POPULARITY is reached.
_HALF_POPULAR = 8.0


class Ranked(NamedTuple):
    """`matched` is the book's own word for each word of the query that it has.

    `fits` tells that the words are all in its title, or begin it, or are its author, and do not only occur.
    """

    book: Candidate
    score: float
    matched: Words
    fits: bool = True


class _Match(NamedTuple):
    quality: float
    word: str


_NO_MATCH = _Match(0.0, "")


class _Field:
    """A field of a candidate: `forms` are all its words (and the signs that part them), `main` those that it spells."""

    __slots__ = ("forms", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.forms = text.split()

    @property
    def main(self) -> list[str]:
        return main_words(self.text)

    @property
    def texts(self) -> list[Words]:
        return texts_of(self.text)


def rank(
    query_words: Sequence[str], candidates: Iterable[Candidate], *, loosely: bool = False, missing: int = 0
) -> list[Ranked]:
    """Best first; equal scores by popularity, then id. Candidates that miss a word of the query are left out.

    Loosely, words may be misspelt or joined, small ones missing, and so many others.
    """
    words = tuple(query_words)
    ranked = [hit for candidate in candidates if (hit := _ranked(words, candidate, loosely, missing)) is not None]
    return sorted(ranked, key=lambda hit: (-hit.score, -hit.book.popularity, hit.book.book_id))


def same_title(candidates: Iterable[Candidate]) -> list[Ranked]:
    """Books whose title is known to be the whole query, though split into other words."""
    worth = _FIELD_WEIGHTS[0] + _EXACT_TITLE + _TITLE_COVERAGE
    return [
        Ranked(candidate, round(worth + _popularity(candidate.popularity), 4), texts_of(candidate.fields[0])[0])
        for candidate in candidates
    ]


def _ranked(query_words: Words, candidate: Candidate, loosely: bool, missing: int) -> Ranked | None:
    fields = [_Field(text) for text in candidate.fields]
    worth, counted = 0.0, 0
    matched: list[str] = []
    placed: list[str] = []  # what is unfinished stays so
    for place, word in enumerate(query_words):
        is_last = place == len(query_words) - 1
        others = joined(query_words, place) if loosely else ()
        best, best_worth = _best(word, fields, is_last, loosely, others)
        if not best.quality and loosely and not is_telling(word):
            continue
        missing -= not best.quality
        if missing < 0:
            return None
        if best.quality and not (best.word in others and best.word in matched[-1:]):
            matched.append(best.word)
            is_begun = (is_last or len(word) == 1) and best.word.startswith(word)
            placed.append(word if is_begun else best.word)
        counted += 1
        worth += best_worth
    if not matched:
        return None
    words = tuple(placed) if loosely else query_words
    placement = _placement(words, fields)
    score = worth / counted + placement + _popularity(candidate.popularity)
    fits = placement >= _WITHIN_TITLE or any(_begins(words, text) for text in _beginnings(fields))
    return Ranked(candidate, round(score, 4), tuple(matched), fits)


def _beginnings(fields: list[_Field]) -> Iterator[Words]:
    """What a reader may have begun to type: titles, with or without their article, and the series."""
    title, original_title, _authors, series, *_ = fields
    for field in (title, original_title, series):
        for text in field.texts:
            yield text
            yield without_article(text)


def _best(word: str, fields: list[_Field], is_last: bool, loosely: bool, others: Words) -> tuple[_Match, float]:
    """The match that is worth most, and its worth."""
    best, best_worth = _NO_MATCH, 0.0
    for field, weight in zip(fields, _FIELD_WEIGHTS, strict=True):
        if best_worth >= weight or not field.forms:
            continue
        match = _match(word, field, is_last, loosely, others)
        if match.quality * weight > best_worth:
            best, best_worth = match, match.quality * weight
    return best, best_worth


def _match(word: str, field: _Field, is_last: bool, loosely: bool, others: Words) -> _Match:
    if word in field.forms:
        return _Match(_WHOLE, word)
    for other in others:
        if other in field.forms:
            return _Match(_WHOLE, other)
    best = _NO_MATCH
    if is_last or (loosely and len(word) == 1):
        starts = [form for form in field.forms if form.startswith(word)]
        if starts:
            nearest = min(starts, key=lambda form: (len(form), form))
            best = _Match(_PREFIX + 0.1 * len(word) / len(nearest), nearest)
    if loosely and len(word) >= _SHORTEST_MISSPELT and word.isalpha():
        best = max(best, _nearest(word, field, is_last))
    return best


def _nearest(word: str, field: _Field, is_last: bool) -> _Match:
    """The word of the field that takes the fewest slips of the pen to become this one."""
    most = 1 if len(word) < 5 else 2 if len(word) < 9 else 3
    best = _NO_MATCH
    for form in field.main:
        distance = OSA.distance(word, form, score_cutoff=most)
        if distance > most and is_last and len(form) > len(word):
            distance = 1 + OSA.distance(word, form[: len(word)], score_cutoff=most)
        if distance <= most:
            best = max(best, _Match(_MISSPELT * (1 - distance / (len(word) + 1)), form))
    return best


def _placement(query_words: Words, fields: list[_Field]) -> float:
    title, original_title, authors, series, *_ = fields
    titles = [text for field in (title, original_title) for text in field.texts if text]
    worth = [_title_placement(query_words, words) for words in titles]
    worth += [_SERIES_START for words in series.texts if _begins(query_words, words)]
    worth += [_author_placement(query_words, name) for name in authors.texts]
    further = {form for field in fields[2:] for form in field.forms}
    if any(_title_and_more(set(query_words), words, further) for words in titles):
        worth.append(_EXACT_TITLE_AND_MORE)
    return max(worth, default=0.0)


def _title_and_more(query_words: set[str], title: Words, further: set[str]) -> bool:
    """Whether besides the whole title only its author, year, publisher and the like are named."""
    more = query_words.difference(title)
    return bool(more) and query_words.issuperset(without_article(title)) and more <= further


def _author_placement(query_words: Words, name: Words) -> float:
    """Single letters may be initials, and the last word unfinished. Words of several names are no name."""
    if set(query_words) == set(name):
        return _EXACT_AUTHOR
    *whole, last = query_words
    if not all(word in name or (len(word) == 1 and _begins_any(word, name)) for word in whole):
        return 0.0
    if last in name:
        return _EXACT_AUTHOR if len(query_words) == len(name) else _AUTHOR
    return _AUTHOR * _UNFINISHED if _begins_any(last, name) else 0.0


def _begins_any(start: str, words: Words) -> bool:
    return any(word.startswith(start) for word in words)


def _same_title(query_words: Words, title: Words) -> bool:
    """However the words are split."""
    return "".join(without_article(query_words)) == "".join(without_article(title))


def _title_placement(query_words: Words, title: Words) -> float:
    if _same_title(query_words, title):
        return _EXACT_TITLE + _TITLE_COVERAGE
    coverage = _TITLE_COVERAGE * len(set(query_words) & set(title)) / len(title)
    return coverage + max(
        _standing(query_words, title, _TITLE_START, _begins),
        _standing(query_words, without_article(title), _TITLE_START, _begins),
        _standing(query_words, title, _WITHIN_TITLE, _is_within),
    )


def _standing(query_words: Words, title: Words, worth: float, stands: Callable[[Words, Words], bool]) -> float:
    """Half as much where the title only has the beginning of the last word."""
    if not stands(query_words, title):
        return 0.0
    return worth if query_words[-1] in title else worth * _UNFINISHED


def _is_within(query_words: Words, title: Words) -> bool:
    *whole, last = query_words
    return set(whole) <= set(title) and any(word.startswith(last) for word in title)


def _begins(query_words: Words, title: Words) -> bool:
    """Whether the title starts with these words, the last of which may be unfinished."""
    *whole, last = query_words
    return len(title) >= len(query_words) and title[: len(whole)] == tuple(whole) and title[len(whole)].startswith(last)


def _popularity(popularity: float) -> float:
    return _POPULARITY * popularity / (popularity + _HALF_POPULAR)
