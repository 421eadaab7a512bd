"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def until(
    condition: Callable[[], Answer | None],
    *,
    seconds: float = 180,
    every: float = 0.05,
    otherwise: Callable[[], Any] = str,
) -> Answer:
    """What the condition answers once it holds. Fails after `seconds`, showing what `otherwise` says."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"It did not come true in time. {otherwise()}"
        time.sleep(every)
    return answer
