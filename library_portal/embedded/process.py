"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from library_portal.embedded.account import Account

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """One process: how it is started and how it is asked to stop."""

    name: str
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    account: Account | None = None
    config: str = ""  # goes to standard input: a command line is there for every user to read
    stop_signal: signal.Signals = signal.SIGTERM
    kill_signal: signal.Signals = signal.SIGKILL
    orphan_signal: signal.Signals = signal.SIGKILL


@dataclass(frozen=True)
class Running:
    program: Program
    process: subprocess.Popen[bytes]


def start(program: Program, *, keep_open: int, output: int | IO[bytes] = subprocess.PIPE) -> Running:
    """Start it as the leader of its own group, so that Ctrl-C reaches the parent alone, which stops all.

    Call it from the main thread: the kernel ties the child's life to the thread that started it. The child
    inherits the descriptor `keep_open`, a lock that tells later runs whether it still lives.
    """
    process = subprocess.Popen(
        program.command,
        cwd=program.cwd,
        env=program.env,
        stdin=subprocess.PIPE if program.config else subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,
        pass_fds=[keep_open],
        preexec_fn=die_with_parent(program.orphan_signal),
        **(program.account.popen_arguments() if program.account else {}),
    )
    if process.stdin:
        process.stdin.write(program.config.encode())
        process.stdin.close()
    return Running(program, process)


def stop(running: Sequence[Running], *, seconds: float) -> list[str]:
    """Ask all of them to stop at once; end what is left after `seconds`, with whatever it started.

    Returns the names of those that did not stop by themselves.
    """
    for each in running:
        each.process.send_signal(each.program.stop_signal)
    deadline = time.monotonic() + seconds
    for each in running:
        with suppress(subprocess.TimeoutExpired):
            each.process.wait(max(0.0, deadline - time.monotonic()))
    stubborn = [each.program.name for each in running if each.process.poll() is None]
    kill(running)
    return stubborn


def kill(running: Sequence[Running]) -> None:
    """End them now, with whatever they started."""
    for each in running:
        with suppress(ProcessLookupError):
            os.killpg(each.process.pid, each.program.kill_signal)
    for each in running:
        each.process.wait()


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """What a child of this process has to call, after a change of user, which would undo it. Linux only."""
    parent, prctl = os.getpid(), LIBC and LIBC.prctl

    def tie() -> None:
        if prctl:
            prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died before the tie
            os._exit(1)

    return tie
