"""What every test may use: a clean Redis, the API's client, and tables that can be emptied between tests."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.hashers import Argon2
from library_portal import mongo
from library_portal.redis import client
from tests.emptying import empty_tables, keep_what_the_migrations_made
from tests.running import Mailbox, Portal, running_portal

# The same algorithm, but quick: tests set and check thousands of passwords. The running portal's is as slow as ever.
Argon2.time_cost, Argon2.memory_cost = 1, 8

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        keep_what_the_migrations_made()
    TransactionTestCase._fixture_teardown = empty_tables


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    client().flushdb()
    cache.clear()


@pytest.fixture(autouse=True)
def own_mongo_client() -> Iterator[None]:
    """Tests name different MongoDB servers: each has a client of its own, closed at its end."""
    yield
    if mongo.database.cache_info().currsize:
        mongo.database().client.close()
        mongo.database.cache_clear()


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real catalogues that are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"The real catalogues are not here ({SHARED_DATA.name}/ beside the project)")
    return SHARED_DATA


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The whole portal, started once for all tests that use it from outside."""
    with running_portal(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture
def mailbox(portal: Portal) -> Mailbox:
    return Mailbox(portal.var_dir)
