"""The same request sent many times at once with one `Idempotency-Key`, over HTTP: one effect."""

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from library_portal.api.idempotency import LEASE
from library_portal.api.models import KeptAnswer
from reservations.models import Reservation
from subscriptions.models import LedgerEntry
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron
from tests.factories.tokens import bearer
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 8
STALL = 4711  # an advisory lock that the test holds for as long as a request shall not go on


class Answer(NamedTuple):
    status: int
    body: dict[str, Any]
    is_replay: bool


class App:
    """Sends one request with one key, as often as it is told to."""

    def __init__(self, url: str, user: User, path: str, body: dict[str, Any]) -> None:
        self._url, self._body = f"{url}/api/v1/reservations/{path}", json.dumps(body).encode()
        self._headers = bearer(user) | {"Content-Type": "application/json", "Idempotency-Key": "one"}

    def send(self, _number: int = 0) -> Answer:
        request = urllib.request.Request(self._url, self._body, self._headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, json.loads(answer.read()), "Idempotency-Replayed" in answer.headers)
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, json.loads(answer.read()), "Idempotency-Replayed" in answer.headers)


def reserving() -> tuple[User, str, dict[str, Any]]:
    return patron(plan="PREMIUM"), "", {"book": book_with_copies(3).pk}


def extending() -> tuple[User, str, dict[str, Any]]:
    loan = lent(patron(plan="PREMIUM"), book_with_copies(1), timezone.now() - timedelta(days=3), days=7)
    return loan.user, f"{loan.pk}/extend/", {}


def deferring() -> tuple[User, str, dict[str, Any]]:
    held = reserved(patron(), book_with_copies(1), timezone.now())
    reserved(patron(), held.book, timezone.now())
    return held.user, f"{held.pk}/defer/", {}


@pytest.mark.parametrize("sending", [reserving, extending, deferring])
def test_of_many_at_once_one_is_carried_out_and_the_others_wait_or_get_its_answer(
    live_server, sending: Callable[[], tuple[User, str, dict[str, Any]]]
) -> None:
    user, path, body = sending()
    entries = LedgerEntry.objects.filter(wallet__user=user).count()
    app = App(live_server.url, user, path, body)
    with ThreadPoolExecutor(TIMES) as phones:
        answers = list(phones.map(app.send, range(TIMES)))
    carried_out = [answer for answer in answers if answer.status < 400 and not answer.is_replay]
    replayed = [answer for answer in answers if answer.is_replay]
    waiting = [answer for answer in answers if answer.status >= 400]
    assert Counter((answer.status, answer.body["code"]) for answer in waiting) in (
        Counter(), Counter({(409, "idempotency_in_progress"): TIMES - 1 - len(replayed)}),
    )  # fmt: skip
    assert len(carried_out) == 1
    assert all(answer.body == carried_out[0].body for answer in replayed)
    assert app.send() == carried_out[0]._replace(is_replay=True)
    assert (Reservation.objects.filter(user=user).count(), LedgerEntry.objects.filter(wallet__user=user).count()) == (
        1, entries + 1,
    )  # fmt: skip


def test_a_request_that_lost_its_claim_to_a_repetition_can_no_longer_do_anything(live_server) -> None:
    """The first stands still in its transaction for longer than the lease, and the second takes the claim over."""
    user, path, body = reserving()
    app = App(live_server.url, user, path, body)
    with ThreadPoolExecutor(2) as phones:
        with stalled("reservations_reservation"):
            first = phones.submit(app.send)
            until(lambda: stalled_ones() == 1)
            KeptAnswer.objects.update(claimed_at=timezone.now() - LEASE)
            second = phones.submit(app.send)
            until(lambda: KeptAnswer.objects.get().claimed_at > timezone.now() - LEASE / 2)
        answers: list[Future[Answer]] = [first, second]
        late, taken_over = (answer.result() for answer in answers)
    assert (late.status, late.body["code"]) == (409, "idempotency_in_progress")
    assert (taken_over.status, taken_over.is_replay) == (201, False)
    assert app.send() == taken_over._replace(is_replay=True)
    assert Reservation.objects.filter(user=user).count() == 1
    assert LedgerEntry.objects.filter(wallet__user=user, kind="reservation").count() == 1


@contextmanager
def stalled(table: str) -> Iterator[None]:
    """Whoever inserts into the table waits meanwhile, in the middle of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [STALL])
        cursor.execute(
            f"""
            CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_advisory_xact_lock({STALL}); RETURN NEW; END $$;
            CREATE TRIGGER stall AFTER INSERT ON {table} EXECUTE FUNCTION stall()
            """
        )
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [STALL])
            until(lambda: stalled_ones() == 0)
            cursor.execute(f"DROP TRIGGER stall ON {table}; DROP FUNCTION stall")


def stalled_ones() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [STALL]
        )
        return int(cursor.fetchone()[0])
