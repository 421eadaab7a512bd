"""`make run`."""

import os
import signal
import sys
import time

from library_portal.embedded.errors import EmbeddedError
from library_portal.embedded.home import Home, var_dir
from library_portal.embedded.output import Output
from library_portal.embedded.supervisor import Supervisor

SAME_WISH_SECONDS = 1.0


class Interrupts:
    """Ctrl-C, a plain `kill` and the end of the terminal; `make` may pass on what came already.

    Python drops an exception that a signal raises while a process is being forked: `check` raises it again.
    """

    def __init__(self) -> None:
        self._latest = float("-inf")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(signal.SIGHUP, self._interrupt)

    def check(self) -> None:
        """Raises KeyboardInterrupt once a signal has come."""
        if self._latest > float("-inf"):
            raise KeyboardInterrupt

    def _interrupt(self, *_: object) -> None:
        earlier, self._latest = self._latest, time.monotonic()
        if self._latest - earlier > SAME_WISH_SECONDS:
            raise KeyboardInterrupt


def main() -> int:
    output = Output()
    try:
        interrupts = Interrupts()
        home = Home(var_dir())
        with home.owned() as keep_open:
            supervise(Supervisor(home, port(), keep_open, output), interrupts)
    except KeyboardInterrupt:
        return 0
    except EmbeddedError as error:
        output.say("portal", str(error))
        return 1
    return 0


def supervise(supervisor: Supervisor, interrupts: Interrupts) -> None:
    try:
        supervisor.run(interrupts.check)
    finally:
        supervisor.stop()


def port() -> int:
    """Raises EmbeddedError when PORT is no port."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise EmbeddedError(f"PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
