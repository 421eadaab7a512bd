"""What a running portal keeps or passes on, as text to search: its database, all that is said to Valkey, its logs."""

import re
import threading
import zlib
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from redis import Redis

from library_portal.embedded.home import Home
from library_portal.embedded.servers import environment
from tests.running import Portal
from tests.waiting import until

STOP = "stop-watching"
SILENCE_SECONDS = 600
_PACKED = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


def urls(portal: Portal) -> dict[str, str]:
    home = Home(portal.var_dir)
    private = home.private()
    assert private is not None
    return environment(home, private)


def everything_in_postgresql(portal: Portal) -> str:
    """Every row of every table, and what is packed into them."""
    with psycopg.connect(urls(portal)["DATABASE_URL"]) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        query = sql.SQL("SELECT t.*::text FROM {} t")
        rows = [row for (name,) in tables for row in connection.execute(query.format(sql.Identifier(name)))]
        binary = "SELECT convert_from(content, 'UTF8') FROM api_keptanswer"  # else it would be shown in hexadecimal
        rows += connection.execute(binary).fetchall()
    return unpacked("\n".join(row[0] for row in rows))


@contextmanager
def watching_valkey(portal: Portal) -> Iterator[list[str]]:
    """Every command sent to the cache and to the queues while the block runs, with its values."""
    heard: list[str] = []
    url = urls(portal)["REDIS_URL"]
    listening = threading.Event()
    watcher = threading.Thread(target=_listen, args=(url, heard, listening), daemon=True)
    watcher.start()
    assert listening.wait(timeout=30)
    try:
        yield heard
    finally:
        with Redis.from_url(url) as redis:
            redis.echo(STOP)
        until(lambda: not watcher.is_alive())
        heard[:] = [unpacked("\n".join(heard))]


def _listen(url: str, heard: list[str], listening: threading.Event) -> None:
    with Redis.from_url(url, socket_timeout=SILENCE_SECONDS) as redis, redis.monitor() as monitor:
        listening.set()
        for said in monitor.listen():
            if STOP in said["command"]:
                return
            heard.append(said["command"])


def everything_in_the_logs(portal: Portal) -> str:
    """What the portal printed, and its files but for the mailbox and the servers' own data."""
    files = [portal.var_dir.parent / "portal.log", *(portal.var_dir / "log").rglob("*")]
    return unpacked("\n".join(path.read_text(errors="replace") for path in files if path.is_file()))


def unpacked(text: str) -> str:
    """The text, and what stands in it as base64, compressed or not: bodies of tasks, web sessions."""
    found = [text]
    for packed in set(_PACKED.findall(text.encode())):
        found += _opened(packed)
    return "\n".join(found)


def _opened(packed: bytes) -> Iterator[str]:
    padded = packed.rstrip(b"=") + b"=" * (-len(packed.rstrip(b"=")) % 4)
    for decode in (b64decode, urlsafe_b64decode):
        try:
            content = decode(padded)
        except ValueError:
            continue
        yield content.decode("utf-8", "replace")
        try:
            yield zlib.decompress(content).decode("utf-8", "replace")
        except zlib.error:
            continue
