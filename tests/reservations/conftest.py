from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.factories.people import librarian


@pytest.fixture
def now() -> datetime:
    """A Monday noon, so that days can be counted in the head."""
    return datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def desk() -> Client:
    """A librarian who is logged in."""
    client = Client()
    client.force_login(librarian())
    return client
