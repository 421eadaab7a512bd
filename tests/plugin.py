"""Starts the servers that the tests need before Django reads its settings, and says which tests were left out.

With `DATABASE_URL`, `REDIS_URL` and `BROKER_URL` in the environment those servers are used (by one process: -n 0, as a
superuser of PostgreSQL), else embedded ones.
RabbitMQ, MongoDB and Chromium are found by `TEST_RABBITMQ_URL`, `TEST_MONGO_URL` and `TEST_CHROMIUM` (or on the path).
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from library_portal import embedded

NEEDED = {
    "rabbitmq": ("TEST_RABBITMQ_URL", "RabbitMQ"),
    "mongo": ("TEST_MONGO_URL", "FerretDB or MongoDB"),
    "browser": ("TEST_CHROMIUM", "Chromium"),
}
# Groups that take longest come first, or one worker would still be at it when the other has nothing left to do.
LONGEST = (
    "portal",
    "mongo",
    "tests/test_permissions.py",
    "tests/api/test_bad_input.py",
    "tests/faults/test_kill.py",
    "rabbitmq",
    "tests/faults/test_storm.py",
    "tests/books/importing/test_real_files.py",
)
# Nothing that a developer's shell says about the portal may steer the tests.
IGNORED = (
    "MONGO_URL", "TRUSTED_PROXIES", "SELF_SERVICE", "HOLD_HOURS", "RATE_LIMIT_PER_ADDRESS", "PUBLIC_URL", "SMS_GATEWAY",
)  # fmt: skip

# For the process that only hands tests to others: nothing connects, but the settings insist on addresses.
NOWHERE = {
    "DATABASE_URL": "postgres://127.0.0.1/nowhere",
    "REDIS_URL": "redis://127.0.0.1/0",
    "BROKER_URL": "redis://127.0.0.1/1",
}

servers = ExitStack()
left_out: dict[str, int] = {}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    for name in IGNORED:
        os.environ.pop(name, None)
    os.environ |= {"ENVIRONMENT": "test", "SECRET_KEY": "only-for-tests-and-long-enough-for-HS256"}
    os.environ["SEARCH_TIMEOUT_SECONDS"] = "60"  # the MongoDB of the tests may be a slow one
    if _only_hands_out(early_config):
        os.environ.update({name: os.environ.get(name, url) for name, url in NOWHERE.items()})
    else:
        _start_servers()
    chromium = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium:
        os.environ["TEST_CHROMIUM"] = chromium
    return (yield)


def _only_hands_out(config: pytest.Config) -> bool:
    """With -n the tests run in worker processes of pytest-xdist, each with servers of its own."""
    return bool(getattr(config.known_args_namespace, "numprocesses", None)) and not _is_worker()


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


def _start_servers() -> None:
    folder = servers.enter_context(tempfile.TemporaryDirectory(prefix="portal-tests-", ignore_cleanup_errors=True))
    Path(folder).chmod(0o711)  # the servers run as another user when root runs the tests
    if os.environ.get("DATABASE_URL", NOWHERE["DATABASE_URL"]) == NOWHERE["DATABASE_URL"]:
        os.environ |= servers.enter_context(embedded.servers(Path(folder) / "var", durable=False))
    os.environ["VAR_DIR"] = str(Path(folder) / "var")


def pytest_configure() -> None:
    """With CI=true nothing may be left out."""
    missing = [f"{what} ({variable})" for variable, what in NEEDED.values() if not os.environ.get(variable)]
    if missing and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"CI leaves nothing out, and these are not here: {', '.join(missing)}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs a server that is not here; tests that share something run in one worker, one by one."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_shares(item)))
    items.sort(key=_turn)
    for mark, (variable, what) in NEEDED.items():
        if os.environ.get(variable):
            continue
        marked = [item for item in items if item.get_closest_marker(mark)]
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=f"{what} was not found ({variable})"))
        if marked:
            left_out[what] = len(marked)


def _shares(item: pytest.Item) -> str:
    """The running portal is one for all; so are RabbitMQ's queues and MongoDB's time; a file shares its fixtures."""
    if "portal" in getattr(item, "fixturenames", ()):
        return "portal"
    marks = [mark for mark in NEEDED if item.get_closest_marker(mark)]
    return marks[0] if marks else item.location[0]


def _turn(item: pytest.Item) -> int:
    group = _shares(item)
    return LONGEST.index(group) if group in LONGEST else len(LONGEST)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Workers write the group behind a test's name; when that is lost, any worker takes any test, without a word."""
    if node.config.option.dist == "loadgroup" and not all("@" in name for name in ids):
        raise pytest.UsageError("pytest-xdist does not keep groups of tests together: see requirements-dev.in")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _is_worker():
        session.config.workeroutput["left_out"] = left_out  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker has collected all the tests: each says the same."""
    left_out.update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, count in left_out.items():
        terminalreporter.write_line(f"LEFT OUT: {count} tests that need {what}, which was not found here.", yellow=True)


def pytest_unconfigure() -> None:
    servers.close()
