"""The index in PostgreSQL: arrays of terms under GIN, walked by popularity where a word is common."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet

from .indexing import IndexedBook
from .models import GIN_INDEXES, BookSearchEntry
from .store import COUNT_LIMIT, Candidate, FacetCount, Progress, Selection, Sort, facet_counts

_ORDERS: dict[Sort, tuple[str, str]] = {
    "relevance": ("-popularity", "book_id"),
    "popular": ("-popularity", "book_id"),
    "newest": ("-created_at", "book_id"),
    "title": ("sort_title", "book_id"),
}
_COLUMNS = [field.name for field in BookSearchEntry._meta.concrete_fields]
# In the order of ids, so that two writers never wait for each other in a circle. Only names are filled in.
_KEEP = """
INSERT INTO {table} AS kept ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s) ORDER BY book_id
ON CONFLICT (book_id) DO UPDATE SET {changes}
WHERE kept.version < excluded.version
""".format(
    table=BookSearchEntry._meta.db_table,
    columns=", ".join(_COLUMNS),
    changes=", ".join(f"{column} = excluded.{column}" for column in _COLUMNS),
)
# A rebuild analyses anew what the store may already have in this version.
_KEEP_ANEW = _KEEP.replace("kept.version <", "kept.version <=")
_COUNT_FACETS = "SELECT facet, count(*) FROM ({hits}) hits, unnest(hits.facets) facet GROUP BY facet"


class PostgresStore:
    name = "postgresql"

    @contextmanager
    def without_scans(self) -> Iterator[None]:
        """The planner thinks reading all arrays cheaper than it is; inside, it uses the indexes.

        What still has to scan then looks so costly that PostgreSQL would compile it, which takes longer than the scan.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
            yield

    def fetch(self, selection: Selection, *, sort: Sort = "popular", offset: int = 0, limit: int) -> list[Candidate]:
        rows = _selected(selection).order_by(*_ORDERS[sort]).values_list(*Candidate._fields)
        return [Candidate(*row) for row in rows[offset : offset + limit]]

    def count(self, selection: Selection, *, limit: int = COUNT_LIMIT) -> int:
        return _selected(selection).values("book_id")[:limit].count()

    def facets(self, selection: Selection) -> list[FacetCount]:
        hits, parameters = _selected(selection).values("facets")[:COUNT_LIMIT].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(_COUNT_FACETS.format(hits=hits), parameters)
            return facet_counts(cursor.fetchall())

    def upsert(self, books: Sequence[IndexedBook]) -> None:
        _keep(_KEEP, [_row(book) for book in books])

    def delete(self, book_ids: Sequence[int], *, version: int) -> None:
        _keep(_KEEP, [_tombstone(book_id, version) for book_id in book_ids])

    def rebuild(self, batches: Iterable[Sequence[IndexedBook]], *, progress: Progress) -> None:
        """In place: each book is replaced whole, so that readers and newer versions never wait."""
        before = dict(_live().values_list("book_id", "version"))
        done = 0
        for batch in batches:
            _keep(_KEEP_ANEW, [_row(book) for book in batch])
            for book in batch:
                before.pop(book.book_id, None)
            done += len(batch)
            progress(done)
        _keep(_KEEP_ANEW, [_tombstone(book_id, version) for book_id, version in before.items()])
        with connection.cursor() as cursor:
            for index in GIN_INDEXES:
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
            cursor.execute(f"ANALYZE {BookSearchEntry._meta.db_table}")

    def is_built(self) -> bool:
        """Always: its table came with the first migration, and every change since is in it."""
        return True


def _live() -> QuerySet[BookSearchEntry]:
    return BookSearchEntry.objects.filter(document__isnull=False)


def _selected(selection: Selection) -> QuerySet[BookSearchEntry]:
    # A deleted book has no terms: with a condition, nothing else need be asked about it.
    entries = BookSearchEntry.objects.all() if selection.conditions else _live()
    for terms, any_of in selection.conditions:
        lookup = "contains" if len(any_of) == 1 else "overlap"
        entries = entries.filter(**{f"{terms}__{lookup}": list(any_of)})
    if selection.year_min is not None:
        entries = entries.filter(year__gte=selection.year_min)
    if selection.year_max is not None:
        entries = entries.filter(year__lte=selection.year_max)
    if selection.among:
        entries = entries.filter(book_id__in=selection.among)
    if selection.excluded:
        entries = entries.exclude(book_id__in=selection.excluded)
    return entries


def _row(book: IndexedBook) -> dict[str, Any]:
    return {column: getattr(book, column) for column in _COLUMNS}


def _tombstone(book_id: int, version: int) -> dict[str, Any]:
    empty = {field.name: field.get_default() for field in BookSearchEntry._meta.concrete_fields}
    return empty | {"book_id": book_id, "version": version}


def _keep(statement: str, rows: Iterable[dict[str, Any]]) -> None:
    newest = {row["book_id"]: row for row in sorted(rows, key=itemgetter("version"))}
    if newest:
        with connection.cursor() as cursor:
            cursor.execute(statement, [orjson.dumps(list(newest.values())).decode()])
