"""Keeping both stores up with the catalogue. PostgreSQL's entry is always kept, so that it can answer at any time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.utils import timezone

from .documents import BookDocument
from .failover import mongo_store
from .indexing import ANALYSIS_VERSION, IndexedBook, analyse_book
from .models import BookSearchEntry, SearchIndex
from .postgres_store import PostgresStore
from .store import Progress, SearchStore

BATCH = 500


def index_books(documents: Iterable[BookDocument]) -> None:
    """Repeatable, in any order: an older version changes nothing. Raises PyMongoError when MongoDB is away."""
    for batch in _analysed(documents):
        for store in stores():
            store.upsert(batch)


def forget_books(book_ids: Sequence[int], *, version: int) -> None:
    """Takes the books out of the search. Raises PyMongoError when MongoDB is away."""
    for store in stores():
        store.delete(book_ids, version=version)


def rebuild(store: SearchStore, documents: Iterable[BookDocument], *, progress: Progress) -> None:
    """Reads the whole catalogue anew into one store, which goes on answering. `progress` gets the books done so far."""
    store.rebuild(_analysed(documents), progress=progress)
    SearchIndex.objects.update_or_create(
        store=store.name, defaults={"analysis": ANALYSIS_VERSION, "built_at": timezone.now()}
    )


def is_current(store: SearchStore) -> bool:
    """Whether the store has an index, built with today's analysis."""
    return store.is_built() and SearchIndex.objects.filter(store=store.name, analysis=ANALYSIS_VERSION).exists()


def indexed_versions(book_ids: Sequence[int]) -> dict[int, int]:
    """The version of each book that PostgreSQL's index holds; books that were never indexed are left out."""
    return dict(BookSearchEntry.objects.filter(book_id__in=book_ids).values_list("book_id", "version"))


def stores() -> list[SearchStore]:
    """All that are configured, PostgreSQL first."""
    mongo = mongo_store()
    return [PostgresStore(), mongo] if mongo else [PostgresStore()]


def _analysed(documents: Iterable[BookDocument]) -> Iterator[list[IndexedBook]]:
    rest = iter(documents)
    while batch := [analyse_book(document) for document in islice(rest, BATCH)]:
        yield batch
