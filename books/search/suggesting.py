"""Completing what is being typed: authors and titles that begin so, from one fetch where anything does."""

from collections.abc import Iterable
from dataclasses import dataclass

from .analysis import other_forms, words
from .documents import BookDocument, Named
from .finding import CANDIDATES, find
from .querying import Query, as_typed
from .ranking import Ranked, rank
from .store import SearchStore, Selection

SUGGESTIONS = 8
AUTHOR_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`kind` is "title" or "author", `id` the book's or the author's."""

    kind: str
    id: int
    text: str


def suggestions(store: SearchStore, query: Query) -> list[Suggestion]:
    """Up to SUGGESTIONS, authors first, editions of one title once. Raises OnlySigns."""
    hits = (_as_typed(store, query) or find(store, query, Selection()).ranked)[: 2 * SUGGESTIONS]
    stored = store.documents([hit.book.book_id for hit in hits])
    books = [(BookDocument.from_json(stored[hit.book.book_id]), hit) for hit in hits if hit.book.book_id in stored]
    authors = dict.fromkeys(author for book, hit in books for author in book.authors if _is_named(author, query, hit))
    titles = {words(book.title) or book.title: book for book, _hit in reversed(books)}
    named = [Suggestion("author", *author) for author in authors][:AUTHOR_SUGGESTIONS]
    titled = [Suggestion("title", book.book_id, book.title) for book in reversed(titles.values())]
    return (named + titled)[:SUGGESTIONS]


def _as_typed(store: SearchStore, query: Query) -> list[Ranked]:
    """The most popular that fit; a short title ("It") may be too unpopular to be among them."""
    if not query.readings:
        return []
    books = store.fetch(Selection(as_typed(query.words)), limit=CANDIDATES)
    if len(books) == CANDIDATES:
        books += store.fetch(Selection(query.by_title), limit=SUGGESTIONS)
    return rank(query.words, {book.book_id: book for book in books}.values())


def _is_named(author: Named, query: Query, hit: Ranked) -> bool:
    """Whether the name, also with initials in one word, begins like what was typed, or has the words found for it."""
    name = (*words(author.name), *other_forms(author.name))
    return any(_begins(typed, name) for typed in (query.words if query.readings else (), hit.matched) if typed)


def _begins(typed: Iterable[str], name: tuple[str, ...]) -> bool:
    return all(any(word.startswith(start) for word in name) for start in typed)
