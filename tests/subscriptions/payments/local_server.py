"""A server on this machine that speaks a provider's protocol."""

import json
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

Answer = tuple[int, dict[str, Any]]


class LocalProvider:
    """`answer` speaks the protocol. While it is `away` it answers 503; while it `loses_answers` it does what it is
    asked, and then the connection breaks; with `nonsense` it answers that; with `ends_the_caller` the process that
    asked ends before it has read the answer.
    """

    away = loses_answers = ends_the_caller = False
    nonsense: bytes | None = None

    def __init__(self) -> None:
        self.lock = Lock()
        self.seen: list[str] = []
        self.kept: dict[str, Answer] = {}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        raise NotImplementedError

    def once(self, key: str, make: Callable[[], Answer]) -> Answer:
        """What each idempotency key stands for is done once."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self.lock:
            self.seen.append(f"{handler.command} {handler.path}")
            status, said = (503, {}) if self.away else self.answer(handler.command, handler.path, headers, body)
        if self.loses_answers:
            return
        if self.ends_the_caller:
            interrupt_main()
        is_asked_who_it_is = handler.path == "/v1/oauth2/token"
        content = json.dumps(said).encode() if self.nonsense is None or is_asked_who_it_is else self.nonsense
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


@contextmanager
def running(provider: LocalProvider) -> Iterator[str]:
    """Its address, as long as it runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.serve(self)

        def do_POST(self) -> None:
            provider.serve(self)

        def log_message(self, *_args: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
