"""The storm: the real portal as processes, people in threads who all want the same books, and `kill -9` in between."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket

from django.conf import settings
from django.db import connection

from library_portal.outbox.models import Delivery, OutboxEvent
from tests.faults.clients import Client, Librarian, Patron, Seen
from tests.faults.processes import PROJECT, RELAY, environment, worker
from tests.waiting import until

WEB, BEAT = "web", "beat"
# So many answers lie between one killed process and the next.
ANSWERS_BETWEEN = 60
# A slow machine may need so much longer until everything that is wanted was done once.
LONGER_SECONDS = 120
MORTAL = (WEB, RELAY, *settings.WORK_QUEUES)


@dataclass
class Outcome:
    """What the people saw, who was killed how often, and the deadlocks that PostgreSQL broke meanwhile."""

    seen: Seen
    killed: Counter[str] = field(default_factory=Counter)
    deadlocks: int = 0
    seconds_to_settle: float = 0.0


class Portal:
    """Web server, relay, workers and beat, each the leader of its own group, to be killed and started again."""

    def __init__(self, var_dir: Path) -> None:
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self._var_dir = var_dir
        self._environment = environment(broker_url=os.environ["BROKER_URL"], var_dir=var_dir) | {
            "RATE_LIMIT_PER_ADDRESS": "off",
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        with (self._var_dir / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, *self._command(name)],
                cwd=PROJECT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """It and all that it has started, as when a machine goes down."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, f"{name} had ended by itself"

    def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        for name, process in self._running.items():
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise AssertionError(f"{name} did not stop") from None

    def wait_until_ready(self) -> None:
        until(self._is_ready, otherwise=lambda: (self._var_dir / f"{WEB}.log").read_text()[-3000:])

    def _is_ready(self) -> bool:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            return urllib.request.urlopen(f"http://{self.address}/health/ready/", timeout=5).status == 200
        return False

    def _command(self, name: str) -> Sequence[str]:
        if name == WEB:
            host, port = self.address.split(":")
            server = ("-m", "granian", "--interface", "wsgi", "--host", host, "--port", port, "--log-level", "warning")
            return (*server, "--workers", "2", "--blocking-threads", "5", "library_portal.wsgi:application")
        if name == BEAT:
            return ("-m", "celery", "--quiet", "-A", "library_portal", "beat", "--loglevel", "WARNING")
        return ("manage.py", "relay_outbox") if name == RELAY else worker(name)


@contextmanager
def portal_processes(var_dir: Path) -> Iterator[Portal]:
    portal = Portal(var_dir)
    try:
        for name in (*MORTAL, BEAT):
            portal.start(name)
        portal.wait_until_ready()
        yield portal
    finally:
        portal.stop()


def rage(
    portal: Portal,
    *,
    patrons: Sequence[str],
    librarians: Sequence[str],
    books: list[int],
    seconds: float,
    seed: int = 1,
    wanted: frozenset[str] = frozenset(),
) -> Outcome:
    """Let everybody (by their access tokens) act while processes are killed; then wait until all is quiet.

    `wanted` are actions without any of which it was no storm: it goes on until each was done.
    """
    outcome, over = Outcome(Seen()), threading.Event()
    before = deadlocks()
    people: list[Client] = [
        Patron(portal.address, token, outcome.seen, seed + n, over) for n, token in enumerate(patrons)
    ]
    people += [Librarian(portal.address, token, outcome.seen, seed - n, over) for n, token in enumerate(librarians, 1)]
    threads = [threading.Thread(target=_live, args=(person, books, over)) for person in people]
    for thread in threads:
        thread.start()
    try:
        _kill_at_random(portal, outcome, seconds=seconds, wanted=wanted, chance=random.Random(seed))
    finally:
        over.set()
        for thread in threads:
            thread.join()
    began = time.monotonic()
    until(all_is_quiet, seconds=300, every=0.2, otherwise=what_is_open)
    outcome.seconds_to_settle = time.monotonic() - began
    outcome.deadlocks = deadlocks() - before
    return outcome


def _live(person: Client, books: list[int], over: threading.Event) -> None:
    with closing(person):
        while not over.is_set():
            person.act(books)


def _kill_at_random(
    portal: Portal, outcome: Outcome, *, seconds: float, wanted: frozenset[str], chance: random.Random
) -> None:
    """Everybody mortal has a turn before anybody has a second one, each time after people could use the portal."""
    deadline, turn = time.monotonic() + seconds, list(MORTAL)

    def is_over() -> bool:
        late = time.monotonic() - deadline
        return len(turn) == len(MORTAL) and late >= 0 and (late > LONGER_SECONDS or wanted <= outcome.seen.done())

    while not is_over():
        enough = outcome.seen.answers.total() + ANSWERS_BETWEEN
        until(lambda enough=enough: outcome.seen.answers.total() >= enough)
        victim = turn.pop(chance.randrange(len(turn)))
        portal.kill(victim)
        portal.start(victim)
        outcome.killed[victim] += 1
        turn = turn or list(MORTAL)
    portal.wait_until_ready()


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def all_is_quiet() -> bool:
    return (
        not Delivery.objects.filter(status="waiting").exists()
        and not OutboxEvent.objects.filter(published_at=None).exists()
    )


def what_is_open() -> list[tuple[str, str, int, int, str]]:
    rows = Delivery.objects.exclude(status="done").values_list("handler", "status", "sends", "attempts", "last_error")
    return list(rows[:20])
