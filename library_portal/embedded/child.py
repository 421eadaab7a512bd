"""A process that is started again when it ends by itself."""

import time
from collections.abc import Callable

from library_portal.embedded.process import Program, Running, kill

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY_SECONDS = 30.0


class Child:
    def __init__(self, program: Program, launch: Callable[[Program], Running], say: Callable[[str, str], None]) -> None:
        self.program = program
        self.running: Running | None = None
        self._launch, self._say = launch, say
        self.due = 0.0
        self._pause = FIRST_PAUSE
        self._started = 0.0

    def start(self) -> None:
        self.running = self._launch(self.program)
        self._started = time.monotonic()

    def check(self) -> None:
        """To be called often: notices an end, and starts again when the pause after it is over."""
        if self.running and self.running.process.poll() is not None:
            self._ended(self.running)
        elif not self.running and time.monotonic() >= self.due:
            self.start()

    def _ended(self, running: Running) -> None:
        """Pauses double while it keeps ending soon after its start."""
        kill([running])  # what it had started
        self.running = None
        now = time.monotonic()
        if now - self._started > STEADY_SECONDS:
            self._pause = FIRST_PAUSE
        self._say(self.program.name, f"ended with {running.process.returncode}: starts again in {self._pause:.0f} s")
        self.due = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
