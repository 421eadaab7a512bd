import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from library_portal.embedded import servers
from library_portal.embedded.errors import InUse
from library_portal.embedded.home import Home
from tests.embedded.notes import leave_note, notes
from tests.embedded.processes import eventually, processes_of

Hold = Callable[..., subprocess.Popen[str]]


def test_data_survives_the_killing_of_the_whole_group(var_dir: Path, hold_servers: Hold) -> None:
    holder = hold_servers(var_dir)
    first = way_to_servers(holder)
    leave_note(first, "kept")

    os.killpg(holder.pid, signal.SIGKILL)
    holder.wait()  # until then it lives, and a second command would share its servers

    with servers(var_dir) as second:  # at once, while the first ones may still be dying
        assert notes(second) == (["kept"], ["kept"])


def test_servers_die_with_a_killed_parent(var_dir: Path, hold_servers: Hold) -> None:
    holder = hold_servers(var_dir)
    way_to_servers(holder)
    assert len(processes_of(var_dir)) > 2

    holder.kill()

    assert eventually(lambda: not processes_of(var_dir))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_a_command_is_interrupted(var_dir: Path, hold_servers: Hold, number: int) -> None:
    holder = hold_servers(var_dir)
    way_to_servers(holder)

    os.killpg(holder.pid, number)

    assert eventually(lambda: not processes_of(var_dir))


def test_a_second_command_uses_the_servers_of_the_first(var_dir: Path, hold_servers: Hold) -> None:
    first = way_to_servers(hold_servers(var_dir))
    before = processes_of(var_dir)

    with servers(var_dir) as second:
        assert second == first
        assert [process for process in before if not process.is_running()] == []
    assert notes(first) == ([], [])


def test_the_first_command_waits_for_the_second(var_dir: Path, hold_servers: Hold) -> None:
    first = hold_servers(var_dir)
    way_to_servers(first)
    second = hold_servers(var_dir)
    environment = way_to_servers(second)

    first.stdin.close()
    assert first.stderr.readline() == "Other commands still use these servers: waiting for them.\n"
    leave_note(environment, "still there")
    second.stdin.close()

    assert (first.wait(), second.wait()) == (0, 0)
    with servers(var_dir) as later:
        assert notes(later) == (["still there"], ["still there"])


def test_many_commands_at_once_share_servers(var_dir: Path, hold_servers: Hold) -> None:
    holders = [hold_servers(var_dir) for _ in range(5)]
    ways = [way_to_servers(holder) for holder in holders]

    assert ways == [ways[0]] * 5
    for holder in holders:
        holder.stdin.close()
    assert [holder.wait() for holder in holders] == [0] * 5


def test_one_var_dir_has_one_owner(var_dir: Path, hold_servers: Hold) -> None:
    way_to_servers(hold_servers(var_dir))

    with pytest.raises(InUse, match="in use by another run"), Home(var_dir).owned():
        pass


def way_to_servers(holder: subprocess.Popen[str]) -> dict[str, str]:
    return json.loads(holder.stdout.readline())
