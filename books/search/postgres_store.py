"""The index in PostgreSQL: arrays of hashed terms under GIN, walked by popularity where a word is common."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any

import orjson
from django.db import connection, transaction

from .indexing import IndexedBook
from .models import GIN_INDEXES, TERMS, BookSearchEntry
from .store import COUNT_LIMIT, FACETS, Candidate, Entry, FacetCount, Key, Progress, Selection, Sort, facet_counts

_TABLE = BookSearchEntry._meta.db_table
# Column, and whether the greatest comes first; ties by id.
_ORDERS: dict[Sort, tuple[str, bool]] = {
    "relevance": ("popularity", True),
    "popular": ("popularity", True),
    "newest": ("created_at", True),
    "title": ("sort_title", False),
}
_COLUMNS = [field.name for field in BookSearchEntry._meta.concrete_fields]
# In the order of ids, so that two writers never wait for each other in a circle. Only names are filled in.
_KEEP = """
INSERT INTO {table} AS kept ({columns})
SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s) ORDER BY book_id
ON CONFLICT (book_id) DO UPDATE SET {changes}
WHERE kept.version < excluded.version
""".format(
    table=_TABLE,
    columns=", ".join(_COLUMNS),
    changes=", ".join(f"{column} = excluded.{column}" for column in _COLUMNS),
)
# A rebuild analyses anew what the store may already have in this version.
_KEEP_ANEW = _KEEP.replace("kept.version <", "kept.version <=")
# Only names, and tests whose values are parameters, are filled in.
_FETCH = "SELECT book_id, popularity, fields, {column} FROM {source} ORDER BY {order} LIMIT %s OFFSET %s"
_WALKED = "{table} WHERE {where}"
_FOUND_FIRST = "(SELECT * FROM {table} WHERE {where} OFFSET 0) found"
_IDS = "SELECT book_id FROM {table} WHERE {where} ORDER BY popularity DESC, book_id LIMIT %s"
_COUNT = "SELECT count(*) FROM (SELECT FROM {table} WHERE {where} LIMIT %s) hits"
# Of the thousands of authors only the most frequent leave the database.
_COUNT_FACETS = """
SELECT facet, times FROM (
    SELECT facet, count(*) AS times,
        row_number() OVER (PARTITION BY split_part(facet, ':', 1) ORDER BY count(*) DESC, facet) AS place
    FROM (SELECT unnest(facets) AS facet FROM (SELECT facets FROM {table} WHERE {where} LIMIT %s) hits) counted
    GROUP BY facet
) placed WHERE place <= %s
"""
# The planner thinks reading all arrays cheaper than it is, and single pages dearer: inside, it uses the indexes. What
# still has to scan then looks so costly that PostgreSQL would compile it, which takes longer than the scan.
_PLANNING = """
SET LOCAL enable_seqscan = off; SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1; SET LOCAL work_mem = '16MB'
"""


class PostgresStore:
    name = "postgresql"

    @contextmanager
    def without_scans(self) -> Iterator[None]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_PLANNING)
            yield

    def fetch(
        self,
        selection: Selection,
        *,
        sort: Sort = "popular",
        limit: int,
        offset: int = 0,
        after: Key | None = None,
        before: Key | None = None,
    ) -> list[Candidate]:
        column, is_descending = _ORDERS[sort]
        where, parameters = _where(selection)
        if key := after or before:
            where += f" AND {_beyond(column, is_descending, backwards=key is before)}"
            parameters += [key.place, key.place, key.book_id]
        order = _order(column, is_descending, backwards=before is not None)
        # How many have one of several terms, of which most do not occur, the planner guesses a hundred times too high,
        # and would walk through all books for the few that it finds.
        among = _FOUND_FIRST if any(len(any_of) > 1 for _terms, any_of in selection.conditions) else _WALKED
        source = among.format(table=_TABLE, where=where)
        rows = _rows(_FETCH.format(column=column, source=source, order=order), [*parameters, limit, offset])
        found = [
            Candidate(book_id, popularity, tuple(fields.split("\n")), place)
            for book_id, popularity, fields, place in rows
        ]
        return found if before is None else found[::-1]

    def ids(self, selection: Selection, *, limit: int = COUNT_LIMIT) -> list[int]:
        where, parameters = _where(selection)
        return [book_id for (book_id,) in _rows(_IDS.format(table=_TABLE, where=where), [*parameters, limit])]

    def documents(self, book_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        entries = BookSearchEntry.objects.filter(book_id__in=book_ids, document__isnull=False)
        return dict(entries.values_list("book_id", "document"))  # type: ignore[arg-type]  # none is None

    def count(self, selection: Selection, *, limit: int = COUNT_LIMIT) -> int:
        where, parameters = _where(selection)
        ((count,),) = _rows(_COUNT.format(table=_TABLE, where=where), [*parameters, limit])
        return count

    def facets(self, selection: Selection) -> list[FacetCount]:
        where, parameters = _where(selection)
        return facet_counts(_rows(_COUNT_FACETS.format(table=_TABLE, where=where), [*parameters, COUNT_LIMIT, FACETS]))

    def upsert(self, books: Sequence[IndexedBook]) -> None:
        _keep(_KEEP, [_row(book) for book in books])

    def delete(self, book_ids: Sequence[int], *, version: int) -> None:
        _keep(_KEEP, [_tombstone(book_id, version) for book_id in book_ids])

    def rebuild(self, batches: Iterable[Sequence[IndexedBook]], *, progress: Progress) -> None:
        """In place: each book is replaced whole, so that readers and newer versions never wait."""
        before = dict(BookSearchEntry.objects.filter(document__isnull=False).values_list("book_id", "version"))
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
            cursor.execute(f"ANALYZE {_TABLE}")

    def entries(self, *, after: int, limit: int) -> list[Entry]:
        rows = BookSearchEntry.objects.filter(book_id__gt=after).order_by("book_id").values(*_COLUMNS)[:limit]
        return [Entry(row["book_id"], row["version"], row if row["document"] else None) for row in rows]

    def contents_of(self, book: IndexedBook) -> dict[str, Any]:
        return _row(book)

    def mend(self, books: Sequence[IndexedBook], gone: Mapping[int, int]) -> None:
        tombstones = [_tombstone(book_id, version) for book_id, version in gone.items()]
        _keep(_KEEP_ANEW, [*map(_row, books), *tombstones])

    def is_built(self) -> bool:
        """Always: its table came with the migrations, and an empty one is an index of no books."""
        return True


@lru_cache(maxsize=200_000)
def hashed(term: str) -> int:
    """A term as the arrays hold it: eight bytes are read and compared faster than text, and fit where text does not."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big", signed=True)


def _where(selection: Selection) -> tuple[str, list[Any]]:
    # A deleted book has no terms: with a condition, nothing else need be asked about it.
    tests: list[str] = [] if selection.conditions else ["document IS NOT NULL"]
    parameters: list[Any] = []
    for terms, any_of in selection.conditions:
        tests.append(f"{terms} {'@>' if len(any_of) == 1 else '&&'} %s::bigint[]")
        parameters.append([hashed(term) for term in any_of])
    for test, value in (
        ("year >= %s", selection.year_min),
        ("year <= %s", selection.year_max),
        ("book_id = ANY(%s)", list(selection.among) or None),
        ("book_id <> ALL(%s)", list(selection.excluded) or None),
    ):
        if value is not None:
            tests.append(test)
            parameters.append(value)
    return " AND ".join(tests), parameters


def _order(column: str, is_descending: bool, *, backwards: bool) -> str:
    return f"{column} {'DESC' if is_descending != backwards else 'ASC'}, book_id {'DESC' if backwards else 'ASC'}"


def _beyond(column: str, is_descending: bool, *, backwards: bool) -> str:
    """What comes after the key of these three parameters (or before it); the first bound is what the index seeks."""
    sign = "<" if is_descending != backwards else ">"
    return f"{column} {sign}= %s AND ({column} {sign} %s OR book_id {'<' if backwards else '>'} %s)"


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _row(book: IndexedBook) -> dict[str, Any]:
    row = {column: getattr(book, column) for column in _COLUMNS}
    return row | {terms: [*map(hashed, row[terms])] for terms in TERMS} | {"fields": "\n".join(book.fields)}


def _tombstone(book_id: int, version: int) -> dict[str, Any]:
    empty = {field.name: field.get_default() for field in BookSearchEntry._meta.concrete_fields}
    return empty | {"book_id": book_id, "version": version}


def _keep(statement: str, rows: Iterable[dict[str, Any]]) -> None:
    newest = {row["book_id"]: row for row in sorted(rows, key=itemgetter("version"))}
    if newest:
        with connection.cursor() as cursor:
            cursor.execute(statement, [orjson.dumps(list(newest.values())).decode()])
