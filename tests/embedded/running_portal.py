"""`make run` without make: a running portal with a PORT and a VAR_DIR of its own."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psutil

from library_portal.embedded.private import free_port
from tests.embedded.processes import PROJECT, eventually, processes_of, words_of

OF_THE_TESTS = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "ENVIRONMENT", "FORCE_COLOR")


def shell(var_dir: Path, port: int) -> dict[str, str]:
    """The environment of a newcomer who chose a place."""
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    return {**kept, "VAR_DIR": str(var_dir), "PORT": str(port)}


@dataclass
class RunningPortal:
    var_dir: Path
    port: int
    process: subprocess.Popen[bytes]
    screen: Path

    @classmethod
    def start(cls, var_dir: Path, port: int | None = None) -> "RunningPortal":
        port = port or free_port()
        screen = var_dir.with_suffix(f".screen-{port}-{time.monotonic_ns()}")
        with screen.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "library_portal.embedded"],
                cwd=PROJECT,
                env=shell(var_dir, port),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(var_dir, port, process, screen)

    def shows(self, text: str) -> None:
        """Wait until the screen shows it."""
        assert eventually(lambda: text in self.screen.read_text()), self.screen.read_text()

    def is_ready(self) -> None:
        self.shows(f"The library portal is ready: http://127.0.0.1:{self.port}")

    def runs(self, *, words: str) -> psutil.Process:
        """The process with these words in its command line, once it is there."""
        assert eventually(lambda: self._find(words)), f"no process with {words}"
        return self._find(words)[0]

    def _find(self, words: str) -> list[psutil.Process]:
        return [process for process in processes_of(self.var_dir) if words in words_of(process)]

    def status(self, path: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def interrupt(self) -> int:
        """Ctrl-C. Returns the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait()
