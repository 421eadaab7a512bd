"""The load beside a measurement: the portal's web server, and readers who go from page to page over HTTP."""

import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socket import socket
from typing import Any
from urllib.parse import urlencode

START_SECONDS = 60
PAUSE_SECONDS = (0.05, 0.3)

Question = tuple[str, str, dict[str, Any]]


@contextmanager
def reading(count: int, mixed: list[Question]) -> Iterator[None]:
    """So many readers search, look at books and turn pages, each with short pauses."""
    over = threading.Event()
    with ExitStack() as closing:
        port = closing.enter_context(_web_server())
        closing.callback(over.set)
        readers = [threading.Thread(target=_read, args=(port, random.Random(n), mixed, over)) for n in range(count)]
        for reader in readers:
            reader.start()
            closing.callback(reader.join)
        closing.callback(over.set)
        yield


@contextmanager
def _web_server() -> Iterator[int]:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2",
         "--blocking-threads", "4", "--log-level", "error", "library_portal.wsgi:application"],
        env=os.environ,
    )  # fmt: skip
    try:
        _await(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _await(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _get(port, "/health/live/")
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _read(port: int, chance: random.Random, mixed: list[Question], over: threading.Event) -> None:
    while not over.is_set():
        _name, path, question = chance.choice(mixed)
        asked = urlencode(question)
        address = chance.choice(
            [f"/api/v1/books/{path}?{asked}", f"/books/?{asked}", f"/books/{chance.randint(1, 9000)}/", "/"]
        )
        _get(port, address)
        over.wait(chance.uniform(*PAUSE_SECONDS))


def _get(port: int, address: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
