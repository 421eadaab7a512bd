"""The index in MongoDB: one document per book, arrays of terms under multikey indexes, collections swapped whole.

A small document names the collection that answers and, during a rebuild, the one being filled; writers write to both.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError

from .indexing import IndexedBook
from .store import COUNT_LIMIT, Candidate, Condition, Entry, FacetCount, Key, Progress, Selection, Sort, facet_counts

_ORDERS: dict[Sort, list[tuple[str, int]]] = {
    "relevance": [("popularity", DESCENDING), ("_id", ASCENDING)],
    "popular": [("popularity", DESCENDING), ("_id", ASCENDING)],
    "newest": [("created_at", DESCENDING), ("_id", ASCENDING)],
    "title": [("sort_title", ASCENDING), ("_id", ASCENDING)],
}
_INDEXES = [
    *(IndexModel([(terms, ASCENDING), *_ORDERS["popular"]]) for terms in ("words", "prefixes", "spellings")),
    *(IndexModel([("live", ASCENDING), *_ORDERS[sort]]) for sort in ("popular", "newest", "title")),
    IndexModel([("live", ASCENDING), ("year", ASCENDING), *_ORDERS["popular"]]),
]
_DUPLICATE_KEY = 11000
_BATCH = 500
# FerretDB 1.24 never answers to 100 replacements in one command.
_REPLACED_AT_ONCE = 50
_COLLECTIONS = "book_search_built_"
_NAMES_KEPT_IN = "book_search_names"


class NotBuilt(PyMongoError):
    """The index was never built here: `manage.py search_rebuild` does."""


class Unstorable(PyMongoError):
    """The server does not take a document."""


class RebuildOvertaken(PyMongoError):
    """Two rebuilds ran at once; the later one counts."""


class MongoStore:
    """Made anew for each search: it reads one collection, whatever is swapped meanwhile."""

    name = "mongodb"

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database
        self._answering: Collection[dict[str, Any]] | None = None

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
        order = _ORDERS[sort] if before is None else [(field, -direction) for field, direction in _ORDERS[sort]]
        ((field, _direction), *_by_id) = order
        wanted = _filter(selection)
        if key := after or before:
            wanted = {"$and": [wanted, _beyond(order, key)]}
        found = self._books().find(wanted, ("popularity", "fields", field), sort=order).skip(offset).limit(limit)
        books = [Candidate(book["_id"], book["popularity"], tuple(book["fields"]), book[field]) for book in found]
        return books if before is None else books[::-1]

    def ids(self, selection: Selection, *, limit: int = COUNT_LIMIT) -> list[int]:
        found = self._books().find(_filter(selection), ("_id",), sort=_ORDERS["popular"]).limit(limit)
        return [book["_id"] for book in found]

    def documents(self, book_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        found = self._books().find({"_id": {"$in": list(book_ids)}, "live": True}, ("document",))
        return {book["_id"]: book["document"] for book in found}

    def count(self, selection: Selection, *, limit: int = COUNT_LIMIT) -> int:
        return self._books().count_documents(_filter(selection), limit=limit)

    def facets(self, selection: Selection) -> list[FacetCount]:
        counted = self._books().aggregate(
            [
                {"$match": _filter(selection)},
                {"$limit": COUNT_LIMIT},
                {"$unwind": "$facets"},
                {"$group": {"_id": "$facets", "count": {"$sum": 1}}},
            ]
        )
        return facet_counts((facet["_id"], facet["count"]) for facet in counted)

    def upsert(self, books: Sequence[IndexedBook]) -> None:
        self._keep([_stored(book) for book in books])

    def delete(self, book_ids: Sequence[int], *, version: int) -> None:
        self._keep([_tombstone(book_id, version) for book_id in book_ids])

    def rebuild(self, batches: Iterable[Sequence[IndexedBook]], *, progress: Progress) -> None:
        """Into a new collection, which answers once it is whole.

        The one it replaces stays until the next rebuild is done: a search may still be reading it.
        """
        names = self._names()
        following = self._database[f"{_COLLECTIONS}{datetime.now(UTC):%Y%m%d%H%M%S%f}"]
        self._database[_NAMES_KEPT_IN].update_one({"_id": "books"}, {"$set": {"next": following.name}}, upsert=True)
        if broken_off := names.get("next"):
            self._database.drop_collection(broken_off)
        done = 0
        for batch in batches:
            _replace_older(following, _insert(following, [_stored(book) for book in batch]))
            progress(done := done + len(batch))
        if names.get("current"):
            for tombstones in _batches(self._database[names["current"]].find({"live": False}), _BATCH):
                _keep(following, tombstones)
        following.create_indexes(_INDEXES)
        self._swap(following.name)
        self._answering = None
        self._drop_all_but(names.get("current"), *self._names().values())

    def entries(self, *, after: int, limit: int) -> list[Entry]:
        found = self._books().find({"_id": {"$gt": after}}, sort=[("_id", ASCENDING)]).limit(limit)
        return [Entry(book["_id"], book["version"], book if book["live"] else None) for book in found]

    def contents_of(self, book: IndexedBook) -> dict[str, Any]:
        """Times are kept to the millisecond."""
        moment = book.created_at
        return _stored(book) | {"created_at": moment.replace(microsecond=moment.microsecond // 1000 * 1000)}

    def mend(self, books: Sequence[IndexedBook], gone: Mapping[int, int]) -> None:
        tombstones = [_tombstone(book_id, version) for book_id, version in gone.items()]
        self._keep([*map(_stored, books), *tombstones], replaces="$lte")

    def is_built(self) -> bool:
        return bool(self._names().get("current"))

    def _books(self) -> Collection[dict[str, Any]]:
        if self._answering is None:
            current = self._names().get("current")
            if current is None:
                raise NotBuilt("The search index has not been built yet.")
            self._answering = self._database[current]
        return self._answering

    def _names(self) -> dict[str, Any]:
        return self._database[_NAMES_KEPT_IN].find_one({"_id": "books"}) or {}

    def _swap(self, name: str) -> None:
        swapped = self._database[_NAMES_KEPT_IN].update_one(
            {"_id": "books", "next": name}, {"$set": {"current": name, "next": None}}
        )
        if not swapped.matched_count:
            raise RebuildOvertaken("Another rebuild began meanwhile, and will answer instead.")

    def _drop_all_but(self, *kept: str | None) -> None:
        for name in self._database.list_collection_names():
            if name.startswith(_COLLECTIONS) and name not in kept:
                self._database.drop_collection(name)

    def _keep(self, books: list[dict[str, Any]], *, replaces: str = "$lt") -> None:
        """Before the first build there is nothing to keep up: the build reads the catalogue."""
        names = self._names()
        for name in (names.get("current"), names.get("next")):
            if name:
                _keep(self._database[name], books, replaces=replaces)


def _keep(collection: Collection[dict[str, Any]], books: list[dict[str, Any]], *, replaces: str = "$lt") -> None:
    """Inserts what is new here; what is refused because it is there already takes the place of an older one.

    Nothing is looked up first: most books of a batch are new, and by id alone some servers read every book.
    """
    _replace_older(collection, _insert(collection, books), replaces=replaces)


def _replace_older(
    collection: Collection[dict[str, Any]], books: list[dict[str, Any]], *, replaces: str = "$lt"
) -> None:
    """`replaces` compares the version that is there with the new one."""
    for some in _batches(books, _REPLACED_AT_ONCE):
        collection.bulk_write(
            [ReplaceOne({"_id": book["_id"], "version": {replaces: book["version"]}}, book) for book in some]
        )


def _insert(collection: Collection[dict[str, Any]], books: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the books that were there before, in this or another version."""
    try:
        if books:
            collection.insert_many(books, ordered=False)
    except BulkWriteError as error:
        return [books[_known_place(refused)] for refused in error.details["writeErrors"]]
    return []


def _known_place(refused: dict[str, Any]) -> int:
    if refused["code"] != _DUPLICATE_KEY:
        raise Unstorable(refused["errmsg"]) from None  # the driver's own message repeats every document
    return int(refused["index"])


def _stored(book: IndexedBook) -> dict[str, Any]:
    stored = {field: getattr(book, field) for field in book.__slots__}
    return {"_id": stored.pop("book_id"), "live": True, **stored}


def _tombstone(book_id: int, version: int) -> dict[str, Any]:
    return {"_id": book_id, "live": False, "version": version}


def _filter(selection: Selection) -> dict[str, Any]:
    """The longest term stands first, as the rarest: servers that look up only one begin with it.

    A deleted book has no terms: only without any need it be asked whether it is there.
    """
    first, *others = sorted(map(_test, selection.conditions), key=_breadth) or [{}]
    among = {"$in": selection.among, "$nin": selection.excluded}
    bounds = {"$gte": selection.year_min, "$lte": selection.year_max}
    filters = {
        **(first or {"live": True}),
        "year": {operator: year for operator, year in bounds.items() if year is not None},
        "_id": {operator: list(book_ids) for operator, book_ids in among.items() if book_ids},
        "$and": others,
    }
    return {key: value for key, value in filters.items() if value not in ({}, [])}


def _beyond(order: list[tuple[str, int]], key: Key) -> dict[str, Any]:
    """What comes after the key; the first bound is what an index seeks."""
    (field, direction), (by_id, id_direction) = order
    further, further_id = ("$gt" if direction > 0 else "$lt"), ("$gt" if id_direction > 0 else "$lt")
    among = {field: {f"{further}e": key.place}}
    return {"$and": [among, {"$or": [{field: {further: key.place}}, {by_id: {further_id: key.book_id}}]}]}


def _test(condition: Condition) -> dict[str, Any]:
    terms, any_of = condition
    return {terms: any_of[0] if len(any_of) == 1 else {"$in": list(any_of)}}


def _breadth(test: dict[str, Any]) -> tuple[bool, int]:
    (wanted,) = test.values()
    return isinstance(wanted, dict), -len(wanted)


def _batches(books: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    rest = iter(books)
    while batch := list(islice(rest, size)):
        yield batch
