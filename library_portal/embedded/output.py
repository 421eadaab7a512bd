"""Lines of many processes on one screen, each after the name of its process."""

import os
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from itertools import cycle
from typing import IO

COLOURS = (36, 32, 35, 33, 34, 96, 92, 95, 93)
WIDTH = len("notifications")


def wants_colour(stream: IO[str]) -> bool:
    """On a terminal, unless NO_COLOR says no; elsewhere only if FORCE_COLOR says so."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


class Output:
    def __init__(self, stream: IO[str] = sys.stdout) -> None:
        self._stream = stream
        self._colour = wants_colour(stream)
        self._free_colours = cycle(COLOURS)
        self._colours: dict[str, int] = {}
        self._lock = threading.Lock()

    def say(self, name: str, line: str) -> None:
        with self._lock:
            prefix = f"{time.strftime('%H:%M:%S')} {name:<{WIDTH}} |"
            if self._colour:
                colour = self._colours.setdefault(name, next(self._free_colours))
                prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
            with suppress(OSError):  # the terminal may be gone, which is no reason to stop in disorder
                print(prefix, line, file=self._stream, flush=True)

    def follow(self, name: str, lines: Iterable[bytes]) -> None:
        """Print what comes, but no empty lines, until its end, beside everything else."""
        threading.Thread(target=self._copy, args=(name, lines), daemon=True).start()

    def _copy(self, name: str, lines: Iterable[bytes]) -> None:
        for line in lines:
            if text := line.decode(errors="replace").rstrip():
                self.say(name, text)
