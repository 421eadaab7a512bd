from tests.accounts.conftest import redis_away

__all__ = ["redis_away"]
