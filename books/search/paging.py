"""Where a page of hits begins: at a number, or by a cursor right where another page ended, however deep that is.

In the order of relevance the ranked hits come first, and after them, by popularity, those that were too many to rank.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple, cast

from django.core import signing
from django.utils.translation import gettext_lazy as _

from library_portal.errors import InvalidInput

from .finding import Found
from .querying import InvalidQuery
from .ranking import Ranked, rank
from .store import COUNT_LIMIT, Candidate, Key, SearchStore, Selection, Sort

_SALT = "books.search.paging"


class InvalidCursor(InvalidInput):
    """The cursor was not made by the portal, or for another search."""

    def __init__(self) -> None:
        detail = _("This is not a cursor of this search.")
        super().__init__(detail, errors={"cursor": [detail]})


class Start(NamedTuple):
    """Where a page begins, or with `backwards` ends: a place among the ranked hits, or past (before) a key."""

    ranked: int = 0
    key: Key | None = None
    backwards: bool = False


class Page(NamedTuple):
    """`next` and `previous` are where the neighbouring pages begin; None where there is nothing."""

    hits: list[Ranked]
    previous: Start | None
    next: Start | None


def offset_of(page: int, size: int) -> int:
    """How many hits come before a numbered page. Raises InvalidQuery for one too far down."""
    if page * size > COUNT_LIMIT:
        raise InvalidQuery(_("That is too far down the list: please narrow the search."), field="page")
    return (page - 1) * size


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What was found, in one order."""

    found: Found
    store: SearchStore
    sort: Sort

    def numbered(self, offset: int, size: int) -> Page:
        if not self._ranks:
            return self._page(self._fetch(self.found.selection, offset=offset, limit=size + 1), size, offset > 0)
        best = self.found.ranked[offset : offset + size + 1]
        missing = size + 1 - len(best)
        beyond = max(0, offset - len(self.found.ranked))
        return self._page(best + self._rest(missing, after=self.found.rest_after, offset=beyond), size, offset > 0)

    def from_start(self, start: Start, size: int) -> Page:
        """Continues where another page ended."""
        if start.backwards:
            hits = self._before(start, size + 1)
            return self._page(hits[-size:], size, len(hits) > size, more=bool(hits))
        if not self._ranks:
            return self._page(self._fetch(self.found.selection, after=start.key, limit=size + 1), size, True)
        best = [] if start.key else self.found.ranked[start.ranked : start.ranked + size + 1]
        rest = self._rest(size + 1 - len(best), after=start.key or self.found.rest_after)
        return self._page(best + rest, size, True)

    @property
    def _ranks(self) -> bool:
        return self.sort == "relevance" and bool(self.found.ranked)

    def _before(self, start: Start, limit: int) -> list[Ranked]:
        if not self._ranks:
            return self._fetch(self.found.selection, before=start.key, limit=limit)
        if start.key is None:
            return self.found.ranked[max(0, start.ranked - limit) : start.ranked]
        rest = [hit for hit in self._rest(limit, before=start.key) if self._is_rest(hit.book)]
        missing = limit - len(rest)
        return (self.found.ranked[-missing:] if missing else []) + rest

    def _is_rest(self, book: Candidate) -> bool:
        """Whether it comes after those that were ranked."""
        last = cast(Key, self.found.rest_after)
        return (-book.popularity, book.book_id) > (-last.place, last.book_id)

    def _rest(self, limit: int, **place: Any) -> list[Ranked]:
        if limit <= 0 or self.found.rest is None:
            return []
        return self._fetch(self.found.rest, limit=limit, **place)

    def _fetch(self, selection: Selection, *, limit: int, **place: Any) -> list[Ranked]:
        """In the store's order, with the scores and matches that the ranking gives."""
        if not self.found.total:
            return []
        sort: Sort = "popular" if self.sort == "relevance" else self.sort
        candidates = self.store.fetch(selection, sort=sort, limit=limit, **place)
        words = self.found.words
        known = {hit.book.book_id: hit for hit in (rank(words, candidates) if words else ())}
        known |= {hit.book.book_id: hit for hit in self.found.ranked}
        return [
            known[book.book_id]._replace(book=book) if book.book_id in known else Ranked(book, 0.0, ())
            for book in candidates
        ]

    def _page(self, hits: list[Ranked], size: int, is_continued: bool, *, more: bool = False) -> Page:
        shown = hits[:size]
        return Page(
            shown,
            previous=self._start(shown[0], backwards=True) if shown and is_continued else None,
            next=self._start(shown[-1], backwards=False) if shown and (more or len(hits) > size) else None,
        )

    def _start(self, hit: Ranked, *, backwards: bool) -> Start:
        if self._ranks and hit in self.found.ranked:
            return Start(self.found.ranked.index(hit) + (not backwards), None, backwards)
        return Start(0, Key(hit.book.place, hit.book.book_id), backwards)


def to_cursor(start: Start | None, *, search: Any) -> str | None:
    """Opaque and signed; `search` is whatever it must be used with again."""
    if start is None:
        return None
    place = start.key.place if start.key else None
    kept = place.isoformat() if isinstance(place, datetime) else place
    asked = [start.ranked, start.key and [kept, start.key.book_id], int(start.backwards), _digest(search)]
    return signing.dumps(asked, salt=_SALT)


def from_cursor(cursor: str, *, sort: Sort, search: Any) -> Start:
    """Raises InvalidCursor."""
    try:
        ranked, key, backwards, digest = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature as error:
        raise InvalidCursor from error
    if digest != _digest(search):
        raise InvalidCursor
    if key is None:
        return Start(ranked, None, bool(backwards))
    place, book_id = key
    return Start(ranked, Key(datetime.fromisoformat(place) if sort == "newest" else place, book_id), bool(backwards))


def _digest(search: Any) -> str:
    return blake2b(repr(search).encode(), digest_size=6).hexdigest()
