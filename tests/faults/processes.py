"""The relay and the workers as real processes on the test's own database, to be killed and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]
RELAY = "relay"
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def environment(*, broker_url: str, var_dir: Path) -> dict[str, str]:
    """The test's own database and Redis, and this broker."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DATABASE_URL": database.geturl(),
        "BROKER_URL": broker_url,
        "VAR_DIR": str(var_dir),
        "DELIVERY_LEASE_SECONDS": "3",
        "C_FORCE_ROOT": "1",
    }


class Processes:
    def __init__(self, *, broker_url: str, var_dir: Path) -> None:
        self._var_dir = var_dir
        self._environment = environment(broker_url=broker_url, var_dir=var_dir)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        arguments = ("manage.py", "relay_outbox") if name == RELAY else worker(name)
        with (self._var_dir / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments], cwd=PROJECT, env=self._environment, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """As `kill -9` does: nothing gets the chance to tidy up."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, f"{name} had ended by itself"

    def stop(self) -> dict[str, int]:
        """Ask all of them to stop; returns how each ended."""
        for process in self._running.values():
            process.terminate()
        return {name: process.wait(timeout=60) for name, process in self._running.items()}


@contextmanager
def processes(*, broker_url: str, var_dir: Path) -> Iterator[Processes]:
    running = Processes(broker_url=broker_url, var_dir=var_dir)
    try:
        for name in (RELAY, *settings.WORK_QUEUES):
            running.start(name)
        yield running
    finally:
        running.stop()


def worker(queue: str) -> tuple[str, ...]:
    pool = ("--pool", "threads", "--concurrency", "2")
    return (
        "-m",
        "celery",
        "--quiet",
        "-A",
        "library_portal",
        "worker",
        "-Q",
        queue,
        "-n",
        f"{queue}@%h",
        *pool,
        *ALONE,
    )
