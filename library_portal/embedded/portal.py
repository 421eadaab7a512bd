"""The portal's own processes: web server, relay, three workers, beat."""

import os
import sys
from collections.abc import Mapping

from library_portal.embedded.home import PROJECT
from library_portal.embedded.process import Program

QUEUES = ("search", "notifications", "circulation")
WORKER_THREADS = 4
# A newcomer may be root, in a container for one; the workers read nothing but JSON, which runs no code.
ABOUT_ROOT = "ignore:You're running the worker with superuser privileges"


def environment(servers: Mapping[str, str], port: int) -> dict[str, str]:
    return {
        **os.environ,
        **servers,
        "DJANGO_SETTINGS_MODULE": "library_portal.settings",
        "ENVIRONMENT": "development",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": ",".join(filter(None, (os.environ.get("PYTHONWARNINGS"), ABOUT_ROOT))),
    }


def web(env: Mapping[str, str]) -> Program:
    return _python("web", env, "-m", "library_portal.embedded.web")


def background(env: Mapping[str, str]) -> list[Program]:
    return [
        _python("relay", env, "manage.py", "relay_outbox"),
        *(_worker(queue, env) for queue in QUEUES),
        _python("beat", env, *_celery("beat")),
    ]


def _worker(queue: str, env: Mapping[str, str]) -> Program:
    pool = ("--pool", "threads", "--concurrency", str(WORKER_THREADS))
    # One worker per queue has nobody to talk to.
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    return _python(queue, env, *_celery("worker"), "-Q", queue, "-n", f"{queue}@%h", *pool, *alone)


def _celery(command: str) -> tuple[str, ...]:
    return ("-m", "celery", "--quiet", "-A", "library_portal", command, "--loglevel", "WARNING")


def _python(name: str, env: Mapping[str, str], *arguments: str) -> Program:
    return Program(name, [sys.executable, *arguments], cwd=PROJECT, env=env)
