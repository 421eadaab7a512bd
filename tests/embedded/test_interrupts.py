"""Ctrl-C counts whenever it comes."""

import subprocess
import sys

FORKING = """
import os, signal, subprocess
from library_portal.embedded.__main__ import Interrupts

interrupts = Interrupts()
interrupts.check()
os.register_at_fork(before=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    subprocess.run(["true"], preexec_fn=int)
    print("lost at first")
    interrupts.check()
except KeyboardInterrupt:
    print("heard")
"""


def test_an_interrupt_while_a_process_is_being_started_is_heard() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n") == ["lost at first", "heard", ""], done.stderr
