import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from library_portal.embedded import postgres
from library_portal.embedded.private import Private
from tests.embedded.conftest import open_folder
from tests.embedded.processes import PROJECT, eventually, processes_of
from tests.embedded.running_portal import RunningPortal, shell

Start = Callable[..., RunningPortal]
EVERY_PART = (
    "bin/postgres -D",
    "valkey-server",
    "embedded.web",
    "relay_outbox",
    "-Q search",
    "-Q notifications",
    "-Q circulation",
    "beat",
)


@pytest.fixture
def start() -> Iterator[Start]:
    with started_portals() as start:
        yield start


@pytest.fixture(scope="module")
def portal() -> Iterator[RunningPortal]:
    """One for the tests that leave it running, and then for the one that kills it."""
    with open_folder() as var_dir, started_portals() as start:
        portal = start(var_dir)
        portal.is_ready()
        yield portal


@contextmanager
def started_portals() -> Iterator[Start]:
    started = []

    def start(var_dir: Path, **arguments: int) -> RunningPortal:
        started.append(RunningPortal.start(var_dir, **arguments))
        return started[-1]

    try:
        yield start
    finally:
        for portal in started:
            portal.process.kill()
            portal.process.wait()


def test_everything_starts_together(portal: RunningPortal) -> None:
    for part in EVERY_PART:
        portal.runs(words=part)
    assert [portal.status(path) for path in ("/health/ready/", "/docs/", "/dev/mailbox/")] == [200] * 3
    assert "\x1b[" not in portal.screen.read_text()


def test_commands_use_the_servers_of_a_running_portal(portal: RunningPortal) -> None:
    before = {process.pid for process in processes_of(portal.var_dir)}

    shown = manage("shell", "--no-imports", "-c", SHOW_DATABASE, env=shell(portal.var_dir, portal.port))

    private = Private.read(portal.var_dir / "private.json")
    assert shown.split() == ["127.0.0.1", str(private.postgres_port), "development"]
    assert before <= {process.pid for process in processes_of(portal.var_dir)}


def test_a_second_run_in_the_same_place_is_refused(portal: RunningPortal, var_dir: Path, start: Start) -> None:
    same_folder, same_port = start(portal.var_dir), start(var_dir, port=portal.port)

    same_port.shows(f"port {portal.port} is taken: stop what uses it, or set PORT to another")
    same_folder.shows(f"{portal.var_dir} is in use by another run: stop it, or set PORT and VAR_DIR to others")
    assert (same_folder.process.wait(), same_port.process.wait()) == (1, 1)
    assert answers(portal)


def test_what_crashes_is_started_again(portal: RunningPortal) -> None:
    for name, words in {"search": "-Q search", "web": "embedded.web", "postgres": "bin/postgres -D"}.items():
        crashed = portal.runs(words=words)
        crashed.kill()
        portal.shows(f"{name:<13} | ended with -9: starts again in 1 s")
        portal.runs(words=words)

    assert eventually(lambda: answers(portal))


def test_a_web_worker_that_dies_is_replaced_and_takes_no_other_along(portal: RunningPortal) -> None:
    assert eventually(lambda: answers(portal))
    server = portal.runs(words="embedded.web")
    killed, *others = server.children()

    killed.kill()

    assert eventually(lambda: killed not in server.children() and len(server.children()) == 1 + len(others))
    assert set(others) < set(server.children())


def test_two_portals_run_side_by_side_and_ctrl_c_leaves_nothing_of_one(
    portal: RunningPortal, var_dir: Path, start: Start
) -> None:
    other = start(var_dir)
    other.is_ready()
    assert answers(portal)

    assert other.interrupt() == 0

    assert processes_of(var_dir) == []
    assert answers(portal)


def test_data_is_intact_after_the_group_was_killed(portal: RunningPortal, start: Start) -> None:
    """The last one with the portal of all: it does not leave it running."""
    before = catalogue(portal.var_dir)
    assert before > 200

    os.killpg(portal.process.pid, signal.SIGKILL)
    again = start(portal.var_dir, port=portal.port)

    again.is_ready()
    assert catalogue(portal.var_dir) == before


def test_commands_alone_bring_their_own_servers_and_leave_nothing(var_dir: Path) -> None:
    shown = manage("shell", "--no-imports", "-c", SHOW_DATABASE, env=shell(var_dir, 8000))

    private = Private.read(var_dir / "private.json")
    assert shown.split() == ["127.0.0.1", str(private.postgres_port), "development"]
    assert processes_of(var_dir) == []


def test_commands_with_a_database_url_start_nothing(var_dir: Path) -> None:
    manage("shell", "--no-imports", "-c", "pass", env={**os.environ, "VAR_DIR": str(var_dir)})

    assert not var_dir.exists()


SHOW_DATABASE = """
from django.conf import settings
from django.db import connection
connection.ensure_connection()
print(connection.settings_dict["HOST"], connection.settings_dict["PORT"], settings.ENVIRONMENT)
"""


def manage(*words: str, env: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=PROJECT, env=env, check=True, capture_output=True, text=True).stdout


def catalogue(var_dir: Path) -> int:
    private = Private.read(var_dir / "private.json")
    with psycopg.connect(postgres.url(private)) as connection:
        return connection.execute("SELECT count(*) FROM books_book").fetchone()[0]


def answers(portal: RunningPortal) -> bool:
    try:
        return portal.status("/health/ready/") == 200
    except OSError:
        return False
