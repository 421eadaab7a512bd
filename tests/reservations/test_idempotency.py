"""`Idempotency-Key` on each POST of lending: the first answer comes again, and what was cut short is not done twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from library_portal.api.idempotency import LEASE
from library_portal.api.models import KeptAnswer
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.models import Reservation
from subscriptions.models import LedgerEntry
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import librarian, patron
from tests.factories.tokens import api_of

pytestmark = pytest.mark.django_db

RESERVATIONS = "/api/v1/reservations/"
Sent = tuple[User, str, dict[str, Any]]


def reserving() -> Sent:
    return patron(), "", {"book": book_with_copies(1).pk}


def joining() -> Sent:
    book = book_with_copies(1)
    reserved(patron(), book, timezone.now())
    return patron(), "", {"book": book.pk}


def checking_out() -> Sent:
    held = reserved(patron(), book_with_copies(1), timezone.now())
    return held.user, f"{held.pk}/checkout/", {}


def returning() -> Sent:
    loan = on_loan()
    return loan.user, f"{loan.pk}/return/", {}


def extending() -> Sent:
    loan = on_loan()
    return loan.user, f"{loan.pk}/extend/", {}


def extending_all() -> Sent:
    return on_loan().user, "extend-all/", {}


def deferring() -> Sent:
    held = reserved(patron(), book_with_copies(1), timezone.now())
    reserved(patron(), held.book, timezone.now())
    return held.user, f"{held.pk}/defer/", {}


def moving() -> Sent:
    book = book_with_copies(1)
    _held, _first, last = (reserved(patron(), book, timezone.now()) for _ in range(3))
    return librarian(), f"{last.pk}/move/", {"position": 1, "reason": "Exam"}


def losing() -> Sent:
    return librarian(), f"{on_loan().pk}/lost/", {"reason": "Left on a train"}


def finding() -> Sent:
    loan = on_loan()
    services.lose_copy(reservation_id=loan.pk, now=timezone.now())
    return librarian(), f"{loan.pk}/found/", {}


def on_loan() -> Reservation:
    """A week of two that the plan allows, since three days, so that there is something to extend and to refund."""
    return lent(patron(plan="PREMIUM"), book_with_copies(1), timezone.now() - timedelta(days=3), days=7)


EVERY = [
    reserving, joining, checking_out, returning, extending, extending_all, deferring, moving, losing, finding,
]  # fmt: skip
each = pytest.mark.parametrize("sending", EVERY, ids=lambda sending: sending.__name__)


def send(sent: Sent, key: str = "one", **changes: Any) -> Any:
    who, path, body = sent
    return api_of(who).post(RESERVATIONS + path, body | changes, headers={"Idempotency-Key": key})


def everything() -> list[Any]:
    """Reservations, money and events: what a second effect would change."""
    return [
        list(Reservation.objects.order_by("pk").values()),
        list(LedgerEntry.objects.order_by("pk").values("wallet", "kind", "amount")),
        list(OutboxEvent.objects.order_by("pk").values("name", "payload")),
    ]


@each
def test_the_first_answer_comes_again_byte_for_byte_and_nothing_happens(sending: Callable[[], Sent]) -> None:
    sent = sending()
    before = everything()
    first = send(sent)
    done = everything()
    second = send(sent)
    assert first.status_code == (201 if sent[1] == "" else 200), first.content
    assert done != before
    assert (second.status_code, second.content, second["Content-Type"]) == (
        first.status_code, first.content, first["Content-Type"],
    )  # fmt: skip
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert everything() == done


@each
def test_the_key_with_another_body_is_refused_and_nothing_happens(sending: Callable[[], Sent]) -> None:
    sent = sending()
    send(sent)
    done = everything()
    other = send(sent, another="thing")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert everything() == done


def cut_short(sent: Sent) -> None:
    """As a process leaves it that was killed after the use case's commit and before its answer was kept, long ago.

    (tests/faults/test_killed_request.py kills one.)
    """
    send(sent)
    KeptAnswer.objects.update(status=None, content=b"", content_type="", claimed_at=timezone.now() - LEASE)


@each
def test_what_was_cut_short_is_done_once_and_answered_as_done(sending: Callable[[], Sent]) -> None:
    sent = sending()
    cut_short(sent)
    done = everything()
    again = send(sent)
    assert again.status_code == (201 if sent[1] == "" else 200), again.content
    assert everything() == done
    assert send(sent).content == again.content


def test_a_return_that_was_cut_short_is_answered_with_what_it_refunded() -> None:
    sent = returning()
    cut_short(sent)
    answer = send(sent).json()
    del answer["reservation"]
    assert answer == {"refunded": "0.32", "late_fee": "0.00", "owed": "0.00", "next_reservation": None}


def test_extending_all_goes_on_where_it_was_cut_short() -> None:
    """The first loan was extended before the process died, the second was not."""
    reader = patron(plan="PREMIUM")
    first, second = (
        lent(reader, book_with_copies(1), timezone.now() - timedelta(days=3), days=days) for days in (5, 6)
    )
    sent = (reader, "extend-all/", {})
    reserved(waiting := patron(), second.book, timezone.now())
    cut_short(sent)
    services.cancel(reservation_id=Reservation.objects.get(user=waiting).pk, now=timezone.now())
    results = send(sent).json()["results"]
    assert {one["reservation"]["id"]: one["extended"] for one in results} == {first.pk: True, second.pk: True}
    assert list(Reservation.objects.filter(user=reader).order_by("pk").values_list("extensions", flat=True)) == [1, 1]


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_an_answer_of_503_is_not_kept(transactional_db: None) -> None:
    """PostgreSQL has no more room: nothing was done, and the same key tries again at once."""
    sent = reserving()
    execute(
        """
        CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$
        """,
        "CREATE TRIGGER no_room BEFORE INSERT ON reservations_reservation EXECUTE FUNCTION no_room()",
    )
    try:
        failed = send(sent)
    finally:
        execute("DROP TRIGGER no_room ON reservations_reservation", "DROP FUNCTION no_room")
    assert (failed.status_code, failed.json()["code"], failed["Retry-After"]) == (503, "service_unavailable", "5")
    assert not KeptAnswer.objects.exists()
    assert send(sent).status_code == 201


def test_what_was_done_is_answered_though_the_answer_can_not_be_kept(transactional_db: None) -> None:
    """And the repetition, after the lease, knows what was done."""
    sent = reserving()
    execute(
        """
        CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$
        """,
        """CREATE TRIGGER no_room BEFORE UPDATE OF status ON api_keptanswer FOR EACH ROW
        WHEN (NEW.status IS NOT NULL) EXECUTE FUNCTION no_room()""",
    )
    try:
        first = send(sent)
    finally:
        execute("DROP TRIGGER no_room ON api_keptanswer", "DROP FUNCTION no_room")
    assert send(sent).json()["code"] == "idempotency_in_progress"
    KeptAnswer.objects.update(claimed_at=timezone.now() - LEASE)
    again = send(sent)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
