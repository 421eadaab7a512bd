"""File locks: who owns a VAR_DIR, who visits it, and whether an earlier owner's children are gone."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library_portal.embedded.errors import InUse

POLL_SECONDS = 0.05


@contextmanager
def locked(path: Path, *, shared: bool = False, patience: float = 0) -> Iterator[int]:
    """Hold the lock, yielding its descriptor. A process that inherits the descriptor holds the lock as well.

    Raises InUse when it is still taken after `patience` seconds.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        deadline = time.monotonic() + patience
        while not _acquired(descriptor, kind):
            if time.monotonic() >= deadline:
                raise InUse(f"{path.parent} is in use by another run: stop it, or set PORT and VAR_DIR to others")
            time.sleep(POLL_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def _acquired(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
