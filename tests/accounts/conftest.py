from collections.abc import Iterator

import pytest

from library_portal.redis import client


@pytest.fixture
def redis_away(settings) -> Iterator[None]:
    """Nothing listens where Redis should."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client.cache_clear()
    yield
    client.cache_clear()


@pytest.fixture
def no_limit_per_address(settings) -> None:
    settings.RATE_LIMIT_PER_ADDRESS = False
