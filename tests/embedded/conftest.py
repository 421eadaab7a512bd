import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from library_portal.embedded.home import STORES
from tests.embedded.processes import PROJECT, eventually, processes_of


@pytest.fixture
def var_dir(tmp_path: Path) -> Iterator[Path]:
    """Below a folder of mode 0700, as pytest makes them."""
    yield from _cleaned(tmp_path / "var")


@pytest.fixture
def other_var_dir(tmp_path: Path) -> Iterator[Path]:
    yield from _cleaned(tmp_path / "other")


@pytest.fixture
def open_var_dir() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@contextmanager
def open_folder() -> Iterator[Path]:
    """A VAR_DIR below folders that every user may enter."""
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o777)
        yield from _cleaned(Path(above) / "var")


def _cleaned(folder: Path) -> Iterator[Path]:
    yield folder
    ended = eventually(lambda: not processes_of(folder))
    for process in processes_of(folder):
        process.kill()
    data = (folder / "embedded").resolve()
    if data.is_relative_to(STORES):
        shutil.rmtree(data)
    assert ended, "a test left processes behind"


@pytest.fixture
def hold_servers() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process, in a group of its own, that holds servers until its standard input is closed."""
    with ExitStack() as holders:

        def hold(var_dir: Path, *, python: str = sys.executable, **arguments: object) -> subprocess.Popen[str]:
            holder = holders.enter_context(
                subprocess.Popen(
                    [python, "-m", "tests.embedded.hold_servers", str(var_dir)],
                    cwd=PROJECT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    start_new_session=True,
                    **arguments,
                )
            )
            holders.callback(holder.kill)
            return holder

        yield hold
