"""The web server of `make run`. The portal is loaded once; what it takes to be ready happens in forks of that."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable

from django.urls import get_resolver
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from library_portal.embedded.private import LOOPBACK
from library_portal.embedded.process import die_with_parent
from library_portal.embedded.setup import set_up
from library_portal.wsgi import application

CORES = os.cpu_count() or 1
KEEP_CONNECTION_SECONDS = 600


def main() -> None:
    get_resolver().url_patterns  # noqa: B018 - loads every view
    os.register_at_fork(after_in_child=die_with_parent(signal.SIGKILL))
    in_a_fork(set_up)
    server = Granian(
        "library_portal.wsgi:application",
        address=LOOPBACK,
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        websockets=False,
        workers=min(CORES, 4),
        blocking_threads=2 * CORES + 1,
        # A thread that ends takes its connection to PostgreSQL along.
        blocking_threads_idle_timeout=KEEP_CONNECTION_SECONDS,
        workers_kill_timeout=3,
        # Otherwise the server ends, with all workers and what they are answering.
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=lambda *_: application, wrap_loader=False)


def in_a_fork(task: Callable[[], None]) -> None:
    """No connection of the task's is open in the workers. Ends this process when the task fails."""
    fork = multiprocessing.get_context("fork").Process(target=task)
    fork.start()
    fork.join()
    if fork.exitcode:
        sys.exit("The database could not be brought up to date")


if __name__ == "__main__":
    main()
