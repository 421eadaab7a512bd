"""From what a reader types to the plans that find it, strictest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from library_portal.errors import PortalError

from .analysis import (
    LONGEST_PREFIX,
    Words,
    can_be_misspelt,
    is_unspaced,
    isbn13,
    isbn_beginning,
    readings,
    signs,
    spellings,
    words,
)
from .indexing import filter_key, title_key
from .store import Condition, Selection

LONGEST_QUERY = 200
MOST_WORDS = 24
# Each reading asks the store once more.
MOST_READINGS = 3
MOST_INITIALS = 3
SHORTEST_TWICE_MISSPELT = 6
LONG_QUERY = 5
# Of a long query, so many of the longest words stand for all when one of them may be wrong.
MOST_TELLING = 6
# Words that readers add or leave out without meaning anything by it.
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "book", "books", "by", "das", "de", "der", "die", "el", "for", "from", "in", "la", "le", "les",
     "of", "on", "or", "the", "to", "und", "with"}
)  # fmt: skip


Plan = tuple[Condition, ...]


class InvalidQuery(PortalError):
    """The query can't be searched for; `field` names what is wrong with it."""

    code = "validation_error"
    status = 400
    title = _("This search cannot be understood.")

    def __init__(self, detail: Any = "", *, field: str = "q") -> None:
        super().__init__(detail, errors={field: [detail or self.title]})


class OnlySigns(InvalidQuery):
    """No letter, no digit, and no title that is made of these signs."""

    def __init__(self) -> None:
        super().__init__(_("Please type at least one letter or digit."))


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Genre, author and publisher by id or name; `status` as the index last heard of it; years inclusive."""

    author: int | str | None = None
    genre: int | str | None = None
    publisher: int | str | None = None
    language: str | None = None
    cover: str | None = None
    status: str | None = None
    year_min: int | None = None
    year_max: int | None = None

    def selection(self) -> Selection:
        kinds = ("author", "genre", "publisher", "language", "cover", "status")
        keys = [filter_key(kind, value) for kind in kinds if (value := getattr(self, kind)) not in (None, "")]
        return Selection(tuple(Condition("words", (key,)) for key in keys), self.year_min, self.year_max)


NO_FILTERS = Filters()


@dataclass(frozen=True)
class Query:
    """What to look for: words in order, of which the last may be the beginning of one, and perhaps an ISBN.

    `readings` are the words as typed, then as the index may have them instead; a text of signs only has none.
    """

    readings: tuple[Words, ...]
    title: str
    isbn: str = ""
    isbn_begun: str = ""

    @property
    def words(self) -> Words:
        return self.readings[0]

    @property
    def by_title(self) -> Plan:
        return (Condition("words", (self.title,)),)

    @property
    def by_isbn(self) -> Plan:
        return (Condition("words", (f"isbn:{self.isbn}",)),)

    @property
    def by_isbn_begun(self) -> Plan:
        return (Condition("words", (f"isbn~{self.isbn_begun}",)),)


@dataclass(frozen=True)
class Attempt:
    """A looser reading of a query that found nothing as it was typed; books of any of its plans will do.

    `missing` is how many telling words a book may lack.
    """

    words: Words
    plans: tuple[Plan, ...]
    missing: int = 0


def analyse_query(text: str) -> Query | None:
    """None for an empty text, which browses. Raises InvalidQuery when there is nothing to look for in it."""
    if not text.strip():
        return None
    if len(text) > LONGEST_QUERY:
        raise InvalidQuery(_("Please search for at most %(count)d characters.") % {"count": LONGEST_QUERY})
    if "\0" in text or not signs(text):
        raise OnlySigns
    found = readings(text) if any(character.isalnum() for word in words(text) for character in word) else ()
    return Query(
        tuple(reading[:MOST_WORDS] for reading in found[:MOST_READINGS]),
        title_key(text),
        isbn13(text),
        isbn_beginning(text),
    )


def as_typed(query_words: Words) -> Plan:
    *whole, last = query_words
    return (*all_of(whole), Condition("prefixes", _beginnings(last)))


def all_of(keys: Iterable[str]) -> Plan:
    return tuple(Condition("words", (key,)) for key in dict.fromkeys(keys))


def looser_attempts(query: Query) -> Iterator[Attempt]:
    """Initials for names, then misspellings and joined words, then what is further away."""
    yield from _by_initials(query.words)
    for reading in query.readings:
        yield _misspelt(reading)
    wanted = telling(query.words)
    if len(wanted) > 1:
        yield _too_many(query.words, wanted)
    elif len(wanted[0]) >= SHORTEST_TWICE_MISSPELT and can_be_misspelt(wanted[0]):
        yield _very_misspelt(query.words, wanted[0])


def telling(query_words: Words) -> Words:
    """The words that mean something; all of them where none does."""
    return tuple(dict.fromkeys([word for word in query_words if is_telling(word)] or query_words))


def is_telling(word: str) -> bool:
    return word not in _SMALL_WORDS and (len(word) > 2 or not word.isalpha() or is_unspaced(word))


def joined(query_words: Words, place: int) -> Words:
    """The word at that place joined to its neighbours, as a title may write it."""
    pairs = pairwise(query_words[max(place - 1, 0) : place + 2])
    return tuple(left + right for left, right in pairs)


def _beginnings(word: str) -> tuple[str, ...]:
    """Beginnings are kept up to LONGEST_PREFIX letters."""
    return (word,) if len(word) <= LONGEST_PREFIX else (word, word[:LONGEST_PREFIX])


def _by_initials(query_words: Words) -> Iterator[Attempt]:
    """Single letters begin names; two or three may be initials without dots, in one word: two are just short words."""
    short = [
        word for word in query_words if 1 < len(word) <= MOST_INITIALS and word not in _SMALL_WORDS and word.isalpha()
    ]
    initials = short if len(short) == 1 else []
    split = tuple(part for word in query_words for part in (word if word in initials else [word]))
    if any(len(word) == 1 for word in split) and any(len(word) > 1 for word in split):
        yield Attempt(split, (tuple(Condition("prefixes", _beginnings(word)) for word in dict.fromkeys(split)),))


def _misspelt(query_words: Words) -> Attempt:
    wanted = telling(query_words)
    conditions = {
        word: _spelled_like(word, joined(query_words, place))
        for place, word in enumerate(query_words)
        if word in wanted
    }
    *_first, last = query_words
    before = tuple(condition for word, condition in conditions.items() if word != last)
    unfinished = Condition("prefixes", (*_beginnings_like(last), *joined(query_words, len(query_words) - 1)))
    return Attempt(query_words, (tuple(conditions.values()), (*before, unfinished)))


def _spelled_like(word: str, others: Words = ()) -> Condition:
    return Condition("spellings", tuple(sorted({*spellings(word), *others})))


def _beginnings_like(word: str) -> tuple[str, ...]:
    """The word as a beginning, and less any one letter after the first."""
    beginning = word[:LONGEST_PREFIX]
    if not can_be_misspelt(beginning):
        return (beginning,)
    return (
        beginning,
        *sorted({beginning[:place] + beginning[place + 1 :] for place in range(1, len(beginning))}),
    )


def _very_misspelt(query_words: Words, word: str) -> Attempt:
    """Two slips: the word less any two letters, or what begins like it."""
    shorter = {key for spelling in spellings(word) if spelling.isalpha() for key in spellings(spelling)}
    begun = Condition("prefixes", (word[: max(3, len(word) // 2)],))
    return Attempt(query_words, ((Condition("spellings", tuple(sorted(shorter))),), (begun,)))


def _too_many(query_words: Words, wanted: Words) -> Attempt:
    """All but one, or in a long query all but two: of any two (three) words one is there, which says the same."""
    if len(wanted) == 2:
        return Attempt(query_words, tuple(all_of([word]) for word in wanted), missing=1)
    longest = sorted(wanted, key=len, reverse=True)[:MOST_TELLING]
    *first, last = [word for word in wanted if word in longest]
    lacking = 1 if len(longest) < LONG_QUERY else 2
    whole = tuple(_any_of(some) for some in combinations([*first, last], lacking + 1))
    before = tuple(_any_of(some) for some in combinations(first, lacking + 1))
    unfinished = (*before, Condition("prefixes", _beginnings(last)))
    return Attempt(query_words, (whole, unfinished), missing=lacking + len(wanted) - len(longest))


def _any_of(some: Words) -> Condition:
    return Condition("spellings", tuple(sorted({key for word in some for key in spellings(word)})))
