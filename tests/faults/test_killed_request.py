"""`kill -9` of a web server after a use case's commit and before its answer was kept: repeating the request is safe."""

import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from library_portal.api.idempotency import LEASE
from library_portal.api.models import KeptAnswer
from reservations.models import Reservation
from subscriptions.models import LedgerEntry
from tests.factories.lending import book_with_copies, lent
from tests.factories.people import patron
from tests.factories.tokens import api_of, bearer
from tests.faults.processes import PROJECT, environment
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

RESERVATIONS = "/api/v1/reservations/"
STALL = 4712  # an advisory lock that the test holds: who would keep an answer waits for it
KEY = {"Idempotency-Key": "one"}


class Sent(NamedTuple):
    who: User
    path: str
    body: bytes = b"{}"

    def again(self) -> Any:
        there = RESERVATIONS + self.path
        return api_of(self.who).post(there, self.body, content_type="application/json", headers=KEY)


def reserving() -> Sent:
    return Sent(patron(), "", b'{"book": %d}' % book_with_copies(1).pk)


def extending() -> Sent:
    loan = lent(patron(plan="PREMIUM"), book_with_copies(1), timezone.now() - timedelta(days=3), days=7)
    return Sent(loan.user, f"{loan.pk}/extend/")


@contextmanager
def web_server(var_dir: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """One process with the portal's WSGI application on the test's own database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = environment(broker_url="redis://127.0.0.1/1", var_dir=var_dir)
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with (var_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=settings, stdout=log, stderr=log)
    try:
        until(lambda: is_listening(port), otherwise=(var_dir / "server.log").read_text)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def post(url: str, sent: Sent) -> int:
    """The status, or 0 when the server died meanwhile."""
    headers = bearer(sent.who) | KEY | {"Content-Type": "application/json"}
    request = urllib.request.Request(url + RESERVATIONS + sent.path, sent.body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


@contextmanager
def no_answer_is_kept() -> Iterator[None]:
    """Whoever would keep an answer stands still; at the end they are ended, as the server they work for is dead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [STALL])
        cursor.execute(
            f"""
            CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_advisory_xact_lock({STALL}); RETURN NEW; END $$;
            CREATE TRIGGER stall BEFORE UPDATE OF status ON api_keptanswer FOR EACH ROW
            WHEN (NEW.status IS NOT NULL) EXECUTE FUNCTION stall()
            """
        )
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_terminate_backend(pid) {WAITING}", [STALL])
            until(lambda: stalled_ones() == 0)
            cursor.execute("DROP TRIGGER stall ON api_keptanswer; DROP FUNCTION stall")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [STALL])


WAITING = "FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"


def stalled_ones() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {WAITING}", [STALL])
        return int(cursor.fetchone()[0])


def test_what_was_done_before_the_kill_is_not_done_again(tmp_path: Path) -> None:
    requests = [reserving(), extending()]
    with web_server(tmp_path) as (url, server), ThreadPoolExecutor(2) as phones, no_answer_is_kept():
        dying = [phones.submit(post, url, sent) for sent in requests]
        until(lambda: stalled_ones() == 2, otherwise=(tmp_path / "server.log").read_text)
        server.send_signal(signal.SIGKILL)
        assert [one.result() for one in dying] == [0, 0]
    done = [what_is_there(sent.who) for sent in requests]

    too_early = [sent.again() for sent in requests]
    assert [answer.json()["code"] for answer in too_early] == ["idempotency_in_progress"] * 2

    KeptAnswer.objects.update(claimed_at=timezone.now() - LEASE)  # instead of waiting for the lease to end
    answers = [sent.again() for sent in requests]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [what_is_there(sent.who) for sent in requests] == done
    mine = [Reservation.objects.get(user=sent.who) for sent in requests]
    assert [answer.json()["id"] for answer in answers] == [one.pk for one in mine]
    assert [(one.status, one.extensions) for one in mine] == [("ready", 0), ("active", 1)]


def what_is_there(who: User) -> list[Any]:
    return [
        list(Reservation.objects.filter(user=who).values()),
        list(LedgerEntry.objects.filter(wallet__user=who).values("kind", "amount", "balance_after")),
    ]
