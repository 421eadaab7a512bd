"""An HTTP server on this machine that speaks Twilio's protocol for sending messages."""

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs

SID, TOKEN, SENDER = "AC0123456789abcdef", "the/gateway+token", "+14155550100"
ACCEPTED = (201, {"sid": "SM1", "status": "queued"})


@dataclass
class StandIn:
    """What it was asked, and what it answers: a status and a body; `None` for no answer at all."""

    port: int = 0
    answer: tuple[int, dict[str, Any]] | None = ACCEPTED
    asked: list[dict[str, Any]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"twilio+http://{SID}:{TOKEN.replace('/', '%2F')}@127.0.0.1:{self.port}/?from={SENDER}"


@contextmanager
def twilio_stand_in() -> Iterator[StandIn]:
    state = StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield state
    state.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()


def _handler(state: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            credentials = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            state.asked.append({"path": self.path, "credentials": credentials, "form": form})
            if state.answer is None:
                state.closing.wait(timeout=30)
                return
            status, content = state.answer
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_arguments: Any) -> None:
            """The test's output is its own."""

    return Handler
