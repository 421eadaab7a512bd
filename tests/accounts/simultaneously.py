"""Real threads that start together, each with its own database connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def simultaneously(times: int, act: Callable[[int], T], *, connected: bool = False) -> list[T]:
    """With `connected`, every thread has its database connection before they start: they meet closer."""
    barrier = Barrier(times)

    def one(number: int) -> T:
        if connected:
            connection.ensure_connection()
        barrier.wait(timeout=60)
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
