"""Which store answers: MongoDB where there is one, PostgreSQL where there is none, or it is away or too slow."""

import logging
import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import pymongo
from django.conf import settings
from pymongo.errors import PyMongoError

from library_portal import mongo

from .mongo_store import MongoStore
from .postgres_store import PostgresStore
from .store import SearchStore

# After a failure nobody waits for MongoDB again for so long; after each further one twice as long, up to a minute.
AWAY_SECONDS, LONGEST_AWAY_SECONDS = 5.0, 60.0

logger = logging.getLogger(__name__)
Given = TypeVar("Given")


class Answer(NamedTuple, Generic[Given]):
    given: Given
    store: str
    degraded: bool


class _Absence:
    """Remembers, per process, that MongoDB did not answer in time a moment ago."""

    _until = _seconds = 0.0

    def __bool__(self) -> bool:
        return time.monotonic() < self._until

    def begin(self) -> None:
        self._seconds = min(max(AWAY_SECONDS, 2 * self._seconds), LONGEST_AWAY_SECONDS)
        self._until = time.monotonic() + self._seconds

    def end(self) -> None:
        self._until = self._seconds = 0.0


absence = _Absence()


def mongo_store() -> MongoStore | None:
    return MongoStore(mongo.database()) if settings.MONGO_URL else None


def ask(question: Callable[[SearchStore], Given]) -> Answer[Given]:
    store = mongo_store()
    if store and not absence:
        try:
            with pymongo.timeout(settings.SEARCH_TIMEOUT_SECONDS):
                given = question(store)
            absence.end()
            return Answer(given, store.name, degraded=False)
        except PyMongoError as error:
            absence.begin()
            logger.warning("MongoDB does not answer, PostgreSQL searches: %s", error)
    fallback = PostgresStore()
    with fallback.without_scans():
        return Answer(question(fallback), fallback.name, degraded=store is not None)
