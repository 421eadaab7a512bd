"""From what a reader types to the plans that find it, strictest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext_lazy as _

from library_portal.errors import PortalError

from .analysis import LONGEST_PREFIX, can_be_misspelt, isbn_forms, spellings, words
from .indexing import filter_key, title_key
from .store import Condition, Selection

LONGEST_QUERY = 200
MOST_WORDS = 24
# With more words than this, leaving each out in turn would ask the store too often.
MOST_WORDS_TO_LEAVE_OUT = 6
# Words that readers add or leave out without meaning anything by it.
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "book", "books", "by", "das", "de", "der", "die", "el", "for", "from", "in", "la", "le", "les",
     "of", "on", "or", "the", "to", "und", "with"}
)  # fmt: skip


Plan = tuple[Condition, ...]


class InvalidQuery(PortalError):
    """The query can't be searched for."""

    code = "validation_error"
    status = 400
    title = _("This search cannot be understood.")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Genre, author and publisher by id or name; years inclusive."""

    author: int | str | None = None
    genre: int | str | None = None
    publisher: int | str | None = None
    language: str | None = None
    cover: str | None = None
    lendable: bool | None = None
    year_min: int | None = None
    year_max: int | None = None

    def selection(self) -> Selection:
        kinds = ("author", "genre", "publisher", "language", "cover")
        keys = [filter_key(kind, value) for kind in kinds if (value := getattr(self, kind)) not in (None, "")]
        if self.lendable is not None:
            keys.append("lendable:yes" if self.lendable else "lendable:no")
        return Selection(tuple(Condition("words", (key,)) for key in keys), self.year_min, self.year_max)


NO_FILTERS = Filters()


@dataclass(frozen=True)
class Query:
    """What to look for: words in order, of which the last may be the beginning of one, and perhaps an ISBN."""

    words: tuple[str, ...]
    isbns: tuple[str, ...] = ()

    @property
    def by_isbn(self) -> Plan:
        return (Condition("words", tuple(f"isbn:{isbn}" for isbn in self.isbns)),)

    @property
    def by_prefix(self) -> Plan:
        return (*_all_of(self.words[:-1]), Condition("prefixes", _beginnings(self.words[-1])))

    @property
    def by_words(self) -> Plan:
        return _all_of(self.words)

    @property
    def by_title(self) -> Plan:
        return _all_of((title_key(self.words),))


@dataclass(frozen=True)
class Attempt:
    """A looser reading of a query that found nothing as it was typed."""

    words: tuple[str, ...]
    plan: Plan
    misspelt: bool = True


def analyse_query(text: str) -> Query | None:
    """None for an empty text, which browses. Raises InvalidQuery when there is nothing to look for in it."""
    if not text.strip():
        return None
    if len(text) > LONGEST_QUERY:
        raise InvalidQuery(_("Please search for at most %(count)d characters.") % {"count": LONGEST_QUERY})
    found = words(text) if "\0" not in text else ()
    if not any(character.isalnum() for word in found for character in word):
        raise InvalidQuery(_("Please type at least one letter or digit."))
    return Query(found[:MOST_WORDS], isbn_forms(text))


def looser_attempts(query: Query) -> Iterator[Attempt]:
    """Joined words first, then misspellings, then all words but one."""
    for place in range(len(query.words) - 1):
        joined = _joined(query.words, place)
        yield Attempt(joined, _all_of(joined), misspelt=False)
    yield from _misspelt(query.words)
    yield from _fewer_words(query.words)


def _all_of(keys: Iterable[str]) -> Plan:
    return tuple(Condition("words", (key,)) for key in dict.fromkeys(keys))


def _beginnings(word: str) -> tuple[str, ...]:
    """Beginnings are kept up to LONGEST_PREFIX letters."""
    return (word,) if len(word) <= LONGEST_PREFIX else (word, word[:LONGEST_PREFIX])


def _joined(query_words: tuple[str, ...], place: int) -> tuple[str, ...]:
    return (*query_words[:place], query_words[place] + query_words[place + 1], *query_words[place + 2 :])


def _misspelt(query_words: tuple[str, ...]) -> Iterator[Attempt]:
    *first, last = query_words
    before = tuple(_spelled_like(word) for word in first)
    if can_be_misspelt(last):
        yield Attempt(query_words, (*before, _spelled_like(last)))
    yield Attempt(query_words, (*before, Condition("prefixes", _beginnings_like(last))))


def _spelled_like(word: str) -> Condition:
    return Condition("spellings", tuple(sorted(spellings(word))))


def _beginnings_like(word: str) -> tuple[str, ...]:
    """The word as a beginning, and less any one letter after the first."""
    beginning = word[:LONGEST_PREFIX]
    if not can_be_misspelt(beginning):
        return (beginning,)
    return (
        beginning,
        *sorted({beginning[:place] + beginning[place + 1 :] for place in range(1, len(beginning))}),
    )


def _fewer_words(query_words: tuple[str, ...]) -> Iterator[Attempt]:
    telling = tuple(word for word in query_words if word not in _SMALL_WORDS and (len(word) > 2 or not word.isalpha()))
    if telling and telling != query_words:
        yield from _misspelt(telling)
    if 2 < len(telling) <= MOST_WORDS_TO_LEAVE_OUT:
        for fewer in reversed(list(combinations(telling, len(telling) - 1))):
            yield from _misspelt(fewer)
