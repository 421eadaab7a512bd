import json
import socket
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from library_portal.embedded import servers
from library_portal.embedded.home import Home
from tests.embedded.notes import leave_note, notes
from tests.embedded.processes import processes_of, words_of

NOTHING = ([], [])


def test_data_is_there_at_the_next_start(var_dir: Path) -> None:
    with servers(var_dir) as first:
        leave_note(first, "kept")

    with servers(var_dir) as second:
        assert notes(second) == (["kept"], ["kept"])
        assert second == first


def test_servers_that_are_not_durable_forget_everything(var_dir: Path) -> None:
    with servers(var_dir, durable=False) as environment:
        leave_note(environment, "gone")
    assert not (var_dir / "embedded").exists()

    with servers(var_dir, durable=False) as environment:
        assert notes(environment) == NOTHING


def test_two_var_dirs_have_servers_of_their_own(var_dir: Path, other_var_dir: Path) -> None:
    with servers(var_dir, durable=False) as one, servers(other_var_dir, durable=False) as other:
        leave_note(one, "here")
        assert notes(other) == NOTHING
        assert not set(one.values()) & set(other.values())


def test_wrong_passwords_are_refused(var_dir: Path) -> None:
    with servers(var_dir, durable=False) as environment:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(with_password(environment["DATABASE_URL"], "guess"))
        client = redis.Redis.from_url(with_password(environment["REDIS_URL"], "guess"))
        with client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_servers_listen_on_loopback_alone(var_dir: Path) -> None:
    with servers(var_dir, durable=False) as environment:
        listening = {
            (each.laddr.ip, each.laddr.port)
            for process in processes_of(var_dir)
            for each in process.net_connections(kind="inet")
            if each.status == "LISTEN"
        }
        ports = {urlsplit(environment[name]).port for name in ("DATABASE_URL", "REDIS_URL")}
        assert listening == {("127.0.0.1", port) for port in ports}


def test_only_their_owner_reads_secrets_and_data(open_var_dir: Path) -> None:
    with servers(open_var_dir, durable=False) as environment:
        assert mode(open_var_dir / "private.json") == 0o600
        assert mode(open_var_dir / "embedded") == 0o700
        passwords = {urlsplit(environment[name]).password for name in ("DATABASE_URL", "REDIS_URL")}
        shown = " ".join(words_of(process) for process in processes_of(open_var_dir))
        assert "postgres" in shown
        assert not [password for password in passwords if password in shown]


def test_a_port_that_was_taken_meanwhile_is_given_up(var_dir: Path) -> None:
    with servers(var_dir) as first:
        leave_note(first, "kept")
    taken = urlsplit(first["DATABASE_URL"]).port

    with socket.create_server(("127.0.0.1", taken)), servers(var_dir) as second:
        assert urlsplit(second["DATABASE_URL"]).port != taken
        assert notes(second) == (["kept"], ["kept"])


def test_the_trace_of_a_killed_server_does_not_stop_the_next_one(var_dir: Path) -> None:
    """Its number belongs to a living process of the same user now: PostgreSQL alone would refuse to start."""
    with servers(var_dir) as first:
        leave_note(first, "kept")
        pid_file = (var_dir / "embedded").resolve() / "postgres" / "postmaster.pid"
        trace = pid_file.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"], **Home(var_dir).account.popen_arguments()) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *trace[1:]]))

        with servers(var_dir) as second:
            assert notes(second) == (["kept"], ["kept"])
        assert stranger.poll() is None
        stranger.kill()


def test_data_half_made_is_made_afresh(var_dir: Path) -> None:
    home = Home(var_dir)
    with home.owned():
        (home.data / "postgres.new").mkdir()
        (home.data / "postgres.new" / "half").touch()

    with servers(var_dir, durable=False) as environment:
        assert notes(environment) == NOTHING


def test_secrets_differ_from_one_var_dir_to_the_next(var_dir: Path, other_var_dir: Path) -> None:
    for folder in (var_dir, other_var_dir):
        Home(folder).owners_private()
    one, other = (json.loads((folder / "private.json").read_text()) for folder in (var_dir, other_var_dir))
    assert not set(one.values()) & set(other.values())


def with_password(url: str, password: str) -> str:
    return url.replace(urlsplit(url).password, password)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
