"""PostgreSQL and Valkey for as long as a block of code takes: those of a run in VAR_DIR, or its own."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from library_portal.embedded import postgres, valkey
from library_portal.embedded.errors import EmbeddedError, InUse
from library_portal.embedded.home import Home
from library_portal.embedded.private import Private
from library_portal.embedded.process import Program, Running, start, stop

START_SECONDS = 60
STOP_SECONDS = 10
VISITORS_SECONDS = 3600
POLL_SECONDS = 0.05


@contextmanager
def servers(var_dir: Path, *, durable: bool = True) -> Iterator[dict[str, str]]:
    """Yield the environment variables that lead to the servers. Raises EmbeddedError when they can't run.

    `durable=False` is for tests: faster, and all data is gone at the end.
    """
    home = Home(var_dir)
    with ExitStack() as stack:
        private = _attached_or_own(home, stack, durable=durable)
        yield environment(home, private)


def environment(home: Home, private: Private) -> dict[str, str]:
    return {
        "SECRET_KEY": private.secret_key,
        "DATABASE_URL": postgres.url(private),
        "REDIS_URL": valkey.url(private, valkey.CACHE),
        "BROKER_URL": valkey.url(private, valkey.QUEUES),
        "VAR_DIR": str(home.path),
    }


def answer(private: Private) -> bool:
    return valkey.answers(private) and postgres.answers(private)


def programs(home: Home, private: Private, *, durable: bool) -> list[Program]:
    return [postgres.program(home, private, durable=durable), valkey.program(home, private, durable=durable)]


def wait_until_ready(private: Private, running: Sequence[Running], logs: Path) -> None:
    """Raises EmbeddedError with the end of its log when a server ends or never answers."""
    deadline = time.monotonic() + START_SECONDS
    while not answer(private):
        for each in running:
            if each.process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(f"{each.program.name} does not run:\n{_last_lines(log_of(each.program, logs))}")
        time.sleep(POLL_SECONDS)


def log_of(program: Program, logs: Path) -> Path:
    return logs / f"{program.name}.log"


def start_logged(program: Program, logs: Path, keep_open: int) -> Running:
    with log_of(program, logs).open("ab") as log:
        return start(program, output=log, keep_open=keep_open)


def _attached_or_own(home: Home, stack: ExitStack, *, durable: bool) -> Private:
    deadline = time.monotonic() + START_SECONDS
    while True:
        private = _own(home, stack, durable=durable) or _attached(home, stack)
        if private:
            return private
        if time.monotonic() > deadline:
            raise InUse(f"Another run has {home.path}, but its servers do not answer: see {home.logs}")
        time.sleep(POLL_SECONDS)


def _own(home: Home, stack: ExitStack, *, durable: bool) -> Private | None:
    try:
        keep_open = stack.enter_context(home.owned())
    except InUse:
        return None
    return stack.enter_context(_running(home, keep_open, durable=durable))


def _attached(home: Home, stack: ExitStack) -> Private | None:
    with ExitStack() as visit:
        try:
            visit.enter_context(home.visited())
        except InUse:  # they are being stopped: the next try may own them
            return None
        private = home.private()
        if private and answer(private):
            stack.push(visit.pop_all())
            return private
    return None


@contextmanager
def _running(home: Home, keep_open: int, *, durable: bool) -> Iterator[Private]:
    private, running = home.owners_private(), []
    with ExitStack() as closing:
        try:
            for program in programs(home, private, durable=durable):
                running.append(start_logged(program, home.logs, keep_open))
            wait_until_ready(private, running, home.logs)
            yield private
            _let_visitors_finish(home, closing)
        finally:
            stop(running, seconds=STOP_SECONDS)
            if not durable:
                home.forget()


def _let_visitors_finish(home: Home, closing: ExitStack) -> None:
    try:
        closing.enter_context(home.without_visitors(patience=0))
    except InUse:
        print("Other commands still use these servers: waiting for them.", file=sys.stderr)
        closing.enter_context(home.without_visitors(patience=VISITORS_SECONDS))


def _last_lines(log: Path, count: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
