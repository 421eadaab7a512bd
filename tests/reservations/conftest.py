from datetime import UTC, datetime

import pytest


@pytest.fixture
def now() -> datetime:
    """A Monday noon, so that days can be counted in the head."""
    return datetime(2026, 11, 2, 12, tzinfo=UTC)
