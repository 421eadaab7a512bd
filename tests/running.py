"""The whole portal as `make run` starts it, for tests that use it from outside as people and apps do."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = PATIENCE_SECONDS = 180
# The portal makes its own servers: nothing of this test run's may reach it.
OWN = ("ENVIRONMENT", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "VAR_DIR", "PORT", "MONGO_URL")


@dataclass(frozen=True)
class Portal:
    url: str
    var_dir: Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def running_portal(folder: Path) -> Iterator[Portal]:
    """Start everything, wait until it is ready, and stop it as Ctrl-C does."""
    port, var_dir = free_port(), folder / "var"
    inherited = {name: value for name, value in os.environ.items() if name not in OWN}
    with (folder / "portal.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "library_portal.embedded"],
            cwd=ROOT,
            env={**inherited, "PORT": str(port), "VAR_DIR": str(var_dir), "RATE_LIMIT_PER_ADDRESS": "off"},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        portal = Portal(f"http://127.0.0.1:{port}", var_dir)
        try:
            _wait_until_ready(portal, process, folder / "portal.log")
            yield portal
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _wait_until_ready(portal: Portal, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{portal.url}/health/ready/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"The portal is not ready:\n{log.read_text()[-4000:]}")


class Mailbox:
    """The letters that the running portal has sent."""

    def __init__(self, var_dir: Path) -> None:
        self.folder = var_dir / "mail"

    def letters(self) -> set[Path]:
        return set(self.folder.glob("[!.]*"))

    def wait_for(self, to: str, pattern: str, besides: Set[Path] = frozenset()) -> str:
        """The first group of the pattern in the newest letter to this address that has it and is none of `besides`."""
        return until(
            lambda: self._find(to, pattern, besides), seconds=PATIENCE_SECONDS, otherwise=lambda: f"{to}: {pattern}"
        )

    def _find(self, to: str, pattern: str, besides: Set[Path]) -> str | None:
        for letter in sorted(self.letters() - besides, key=lambda path: path.stat().st_mtime, reverse=True):
            text = letter.read_text()
            found = re.search(pattern, text)
            if to in text and found:
                return found[1]
        return None

    def code_for(self, to: str, besides: Set[Path] = frozenset()) -> str:
        return self.wait_for(to, r"(?m)^\D*\b(\d{6})\b", besides)
