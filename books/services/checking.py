"""Whether the search index says what the catalogue says, and mending it where it does not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from books.queries import book_ids_after
from books.search.indexing import IndexedBook, analyse_book
from books.search.services import BATCH
from books.search.store import Entry, Progress, SearchStore
from books.search_documents import index_documents

SAMPLES = 10
MISSING, STALE, WRONG, ORPHANED = FAULTS = ("missing", "stale", "wrong", "orphaned")


@dataclass(frozen=True)
class Report:
    """How many books were compared, and per fault how many there were, with the ids of the first SAMPLES.

    missing: not in the index; orphaned: only there; stale: it shows something else than the catalogue has; wrong: it
    shows the right thing, and would find the book by other words (made by an older analysis).
    """

    books: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[int]] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        return not self.counts.total()


@dataclass(frozen=True)
class _Part:
    """The books and the entries within a range of ids."""

    entries: dict[int, Entry]
    books: dict[int, IndexedBook]


def check_index(store: SearchStore, *, repair: bool, progress: Progress) -> Report:
    """Compares the whole index with the catalogue, some hundred books at a time. Raises PyMongoError.

    Beside live writes it may find a book stale whose event is still under way. What it repairs has the version that was
    found: a newer one, before or after, stays.
    """
    report, done = Report(), 0
    for part in _parts(store):
        faults = dict(_faults(store, part))
        for book_id, fault in faults.items():
            report.counts[fault] += 1
            if report.counts[fault] <= SAMPLES:
                report.samples.setdefault(fault, []).append(book_id)
        if repair and faults:
            gone = {book_id: part.entries[book_id].version for book_id in faults if book_id not in part.books}
            store.mend([part.books[book_id] for book_id in faults if book_id in part.books], gone)
        progress(done := done + len(part.books))
    return Report(done, report.counts, report.samples)


def _parts(store: SearchStore) -> Iterator[_Part]:
    """The index is read before the catalogue: what is only in the index was there, and is gone."""
    last: int | None = 0
    while last is not None:
        entries = store.entries(after=last, limit=BATCH)
        ids = book_ids_after(last, limit=BATCH)
        ends = [found[-1] for found in ([entry.book_id for entry in entries], ids) if len(found) == BATCH]
        last = min(ends, default=None)
        held = {entry.book_id: entry for entry in entries if last is None or entry.book_id <= last}
        found = [book_id for book_id in ids if last is None or book_id <= last]
        versions = {book_id: held[book_id].version if book_id in held else 0 for book_id in found}
        yield _Part(held, {book.book_id: analyse_book(book) for book in index_documents(versions)})


def _faults(store: SearchStore, part: _Part) -> Iterator[tuple[int, str]]:
    for book_id in sorted(part.entries.keys() | part.books.keys()):
        entry, book = part.entries.get(book_id), part.books.get(book_id)
        held = entry.contents if entry else None
        wanted = store.contents_of(book) if book else None
        if fault := _fault(held, wanted):
            yield book_id, fault


def _fault(held: dict[str, Any] | None, wanted: dict[str, Any] | None) -> str:
    if held == wanted:
        return ""
    if held is None:
        return MISSING
    if wanted is None:
        return ORPHANED
    return WRONG if held["document"] == wanted["document"] else STALE
