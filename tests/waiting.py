"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable
from typing import Any


def until(
    condition: Callable[[], bool], *, seconds: float = 60, every: float = 0.05, otherwise: Callable[[], Any] = str
) -> None:
    """Returns once the condition holds. Fails when it does not within `seconds`, showing what `otherwise` says."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"It did not come true in time. {otherwise()}"
        time.sleep(every)
