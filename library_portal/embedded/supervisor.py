"""`make run`: everything the portal needs, started together, kept running, stopped together."""

import math
import time
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from library_portal.embedded import portal
from library_portal.embedded.child import Child
from library_portal.embedded.errors import EmbeddedError
from library_portal.embedded.home import Home
from library_portal.embedded.output import Output
from library_portal.embedded.private import LOOPBACK, is_free
from library_portal.embedded.process import Program, Running, kill, start, stop
from library_portal.embedded.servers import environment, programs, start_logged, wait_until_ready

WATCH_SECONDS = 0.1
PORTAL_STOP_SECONDS, SERVER_STOP_SECONDS = 5, 2
READY = """The library portal is ready: {address}
  sign in  reader-free, reader-plus, reader-premium, author, librarian, admin (password: portal-demo)
  mail     {address}/dev/mailbox/  (the codes for signing in arrive there)
  API      {address}/docs/
  admin    {address}/admin/
  Ctrl-C stops everything; the data stays in {folder}"""


class Supervisor:
    """Stops in the order that lets nothing lose its store: the portal's processes, Valkey, PostgreSQL."""

    def __init__(self, home: Home, port: int, keep_open: int, output: Output) -> None:
        self._home, self._port, self._keep_open, self._output = home, port, keep_open, output
        self._address = f"http://{LOOPBACK}:{port}"
        self._servers: list[Child] = []
        self._portal: list[Child] = []
        self._ready = False

    def run(self, check_interrupts: Callable[[], None]) -> None:
        """Until it is interrupted. Raises EmbeddedError when what all needs does not start."""
        if not is_free(self._port):
            raise EmbeddedError(f"port {self._port} is taken: stop what uses it, or set PORT to another")
        env = self._start_servers()
        self._start_portal(env)
        while True:
            self._watch()
            check_interrupts()
            time.sleep(WATCH_SECONDS)

    def stop(self) -> None:
        try:
            self._say("stopping")
            self._stop(self._portal, PORTAL_STOP_SECONDS)
            for server in reversed(self._servers):
                self._stop([server], SERVER_STOP_SECONDS)
            self._say("stopped")
        except KeyboardInterrupt:
            kill(_running([*self._portal, *self._servers]))

    def _start_servers(self) -> dict[str, str]:
        private = self._home.owners_private()
        for program in programs(self._home, private, durable=True):
            server = Child(program, self._launch_logged, self._output.say)
            self._servers.append(server)
            server.start()
        wait_until_ready(private, _running(self._servers), self._home.logs)
        self._say(f"PostgreSQL and Valkey answer; their logs are in {self._home.logs}")
        return portal.environment(environment(self._home, private), self._port)

    def _start_portal(self, env: dict[str, str]) -> None:
        """The web server first: people wait for it, and the others need the tables that it makes."""
        web = self._child(portal.web(env))
        others = [self._child(program) for program in portal.background(env)]
        self._portal = [web, *others]
        for child in others:
            child.due = math.inf

    def _watch(self) -> None:
        for child in (*self._servers, *self._portal):
            child.check()
        if not self._ready and self._answers():
            self._ready = True
            self._announce()

    def _announce(self) -> None:
        for line in READY.format(address=self._address, folder=self._home.path).splitlines():
            self._say(line)
        for child in self._portal:
            child.due = 0

    def _stop(self, children: list[Child], seconds: float) -> None:
        for name in stop(_running(children), seconds=seconds):
            self._output.say(name, f"did not stop within {seconds} s: ended")

    def _answers(self) -> bool:
        connection = HTTPConnection(LOOPBACK, self._port, timeout=2)
        try:
            connection.request("GET", "/health/ready/")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):  # not there yet
            return False
        finally:
            connection.close()

    def _child(self, program: Program) -> Child:
        return Child(program, self._launch, self._output.say)

    def _launch(self, program: Program) -> Running:
        running = start(program, keep_open=self._keep_open)
        self._output.follow(program.name, running.process.stdout or ())
        return running

    def _launch_logged(self, program: Program) -> Running:
        return start_logged(program, self._home.logs, self._keep_open)

    def _say(self, line: str) -> None:
        self._output.say("portal", line)


def _running(children: list[Child]) -> list[Running]:
    return [child.running for child in children if child.running]
