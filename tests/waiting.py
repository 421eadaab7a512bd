"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], *, seconds: float = 30, every: float = 0.02) -> None:
    """Returns as soon as the condition holds. Raises AssertionError when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not come true in time"
        time.sleep(every)
