"""Starts the servers that the tests need before Django reads its settings, and says which tests were left out.

With `DATABASE_URL`, `REDIS_URL` and `BROKER_URL` in the environment those servers are used, else embedded ones.
RabbitMQ, MongoDB and Chromium are found by `TEST_RABBITMQ_URL`, `TEST_MONGO_URL` and `TEST_CHROMIUM` (or on the path).
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from library_portal import embedded

NEEDED = {
    "rabbitmq": ("TEST_RABBITMQ_URL", "RabbitMQ"),
    "mongo": ("TEST_MONGO_URL", "FerretDB or MongoDB"),
    "browser": ("TEST_CHROMIUM", "Chromium"),
}
# Nothing that a developer's shell says about the portal may steer the tests.
IGNORED = (
    "MONGO_URL", "TRUSTED_PROXIES", "SELF_SERVICE", "HOLD_HOURS", "RATE_LIMIT_PER_ADDRESS", "PUBLIC_URL", "SMS_GATEWAY",
)  # fmt: skip

servers = ExitStack()
left_out: dict[str, int] = {}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    for name in IGNORED:
        os.environ.pop(name, None)
    os.environ |= {"ENVIRONMENT": "test", "SECRET_KEY": "only-for-tests-and-long-enough-for-HS256"}
    folder = servers.enter_context(tempfile.TemporaryDirectory(prefix="portal-tests-", ignore_cleanup_errors=True))
    Path(folder).chmod(0o711)  # the servers run as another user when root runs the tests
    if "DATABASE_URL" not in os.environ:
        os.environ |= servers.enter_context(embedded.servers(Path(folder) / "var", durable=False))
    os.environ["VAR_DIR"] = str(Path(folder) / "var")
    chromium = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium:
        os.environ["TEST_CHROMIUM"] = chromium
    return (yield)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a server that is not here; with CI=true that is an error."""
    for mark, (variable, what) in NEEDED.items():
        if os.environ.get(variable):
            continue
        marked = [item for item in items if item.get_closest_marker(mark)]
        if marked and os.environ.get("CI") == "true":
            raise pytest.UsageError(
                f"{len(marked)} tests need {what}: {variable} is not set, and CI leaves nothing out"
            )
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=f"{what} was not found ({variable})"))
        if marked:
            left_out[what] = len(marked)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what, count in left_out.items():
        terminalreporter.write_line(f"LEFT OUT: {count} tests that need {what}, which was not found here.", yellow=True)


def pytest_unconfigure() -> None:
    servers.close()
