"""The portal's own processes: web server, relay, three workers, beat; and the steps before them."""

import os
import signal
import sys
from collections.abc import Mapping

from library_portal.embedded.home import PROJECT
from library_portal.embedded.private import LOOPBACK
from library_portal.embedded.process import Program

QUEUES = ("search", "notifications", "circulation")
# Few threads each: two cores are usual, and the threads mostly wait for PostgreSQL.
WEB_THREADS, WORKER_THREADS = 16, 4


def environment(servers: Mapping[str, str], port: int) -> dict[str, str]:
    return {
        **os.environ,
        **servers,
        "DJANGO_SETTINGS_MODULE": "library_portal.settings",
        "ENVIRONMENT": "development",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


def setup(env: Mapping[str, str]) -> Program:
    return _python("setup", env, "-m", "library_portal.embedded.setup")


def processes(env: Mapping[str, str]) -> list[Program]:
    return [
        _web(env),
        _python("relay", env, "manage.py", "relay_outbox"),
        *(_worker(queue, env) for queue in QUEUES),
        _python("beat", env, *_celery("beat")),
    ]


def _web(env: Mapping[str, str]) -> Program:
    options = {
        "--interface": "wsgi",
        "--host": LOOPBACK,
        "--port": env["PORT"],
        "--workers": str(min(4, os.cpu_count() or 1)),
        "--blocking-threads": str(WEB_THREADS),
        "--blocking-threads-idle-timeout": "600",  # a thread keeps its connection to PostgreSQL
        "--log-level": "warning",
    }
    words = [word for option in options.items() for word in option]
    command = ("-m", "granian", *words, "--no-ws", "library_portal.wsgi:application")
    # Its own workers end only when it is asked to stop, not when it is killed.
    return _python("web", env, *command, orphan_signal=signal.SIGTERM)


def _worker(queue: str, env: Mapping[str, str]) -> Program:
    pool = ("--pool", "threads", "--concurrency", str(WORKER_THREADS))
    # One worker per queue has nobody to talk to.
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return _python(queue, env, *_celery("worker"), "-Q", queue, "-n", f"{queue}@%h", *pool, *alone)


def _celery(command: str) -> tuple[str, ...]:
    return ("-m", "celery", "--quiet", "-A", "library_portal", command, "--loglevel", "WARNING")


def _python(
    name: str, env: Mapping[str, str], *arguments: str, orphan_signal: signal.Signals = signal.SIGKILL
) -> Program:
    return Program(name, [sys.executable, *arguments], cwd=PROJECT, env=env, orphan_signal=orphan_signal)
