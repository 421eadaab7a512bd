"""Each refusal of the lending endpoints, brought about over HTTP: status, code and form are those of the contract."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

import subscriptions.services
from accounts.models import User
from books.models import Book, Copy
from reservations import services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import librarian, patron
from tests.factories.tokens import api_of

pytestmark = pytest.mark.django_db

RESERVATIONS = "/api/v1/reservations/"


class Request(NamedTuple):
    """`who` sends this; the operation is what the schema calls it, less "reservations_"."""

    operation: str
    who: User | None
    path: str
    body: dict[str, Any] | None = None
    key: str = ""

    def send(self) -> Any:
        client = api_of(self.who) if self.who else APIClient()
        method = METHODS.get(self.operation, "post")
        headers = {"Idempotency-Key": self.key} if self.key else {}
        return getattr(client, method)(RESERVATIONS + self.path, self.body, headers=headers)


# All others are POSTs with their name in the address.
METHODS = {
    "retrieve": "get",
    "replace": "put",
    "update": "patch",
    "cancel": "delete",
}


def create(who: User | None, book: Book | int, **body: Any) -> Request:
    book_id = book if isinstance(book, int) else book.pk
    return Request("create", who, "", {"book": book_id, **body})


def on(reservation: Reservation, action: str, body: dict[str, Any] | None = None, who: User | None = None) -> Request:
    """By its patron, unless somebody else is named."""
    path = f"{reservation.pk}/" if action in METHODS else f"{reservation.pk}/{action}/"
    return Request(action, who or reservation.user, path, body)


def held(reader: User | None = None, **book: Any) -> Reservation:
    return reserved(reader or patron(), book_with_copies(1, **book), timezone.now())


def loan(reader: User | None = None, *, days_ago: int = 0, days: int = 7, **book: Any) -> Reservation:
    then = timezone.now() - timedelta(days=days_ago)
    return lent(reader or patron(plan="PREMIUM"), book_with_copies(1, **book), then, days=days)


def overdue() -> Reservation:
    return loan(days_ago=8)


def waiting_behind(other: Reservation) -> Reservation:
    return reserved(patron(), other.book, timezone.now())


def returned() -> Reservation:
    ended = loan()
    services.return_copy(reservation_id=ended.pk, now=timezone.now())
    return ended


def who_waits_for_many(settings: Any) -> User:
    settings.MAX_PENDING = 1
    place = waiting_behind(held())
    return place.user


def with_no_place_left(settings: Any, reservation: Reservation) -> Reservation:
    settings.MAX_PENDING = 0
    return reservation


def in_debt() -> User:
    reader = patron(balance="0")
    subscriptions.services.charge_or_owe(
        user_id=reader.pk, amount=1, kind="late_fee", reference="reservation:0", key="late"
    )
    return reader


def extended_twice() -> Reservation:
    mine = loan(days=1)
    for until in (2, 3):
        services.extend(reservation_id=mine.pk, until=timezone.localdate() + timedelta(days=until), now=timezone.now())
    return mine


def withdrawn() -> int:
    return Book.objects.create(title="Gone", withdrawn_at=timezone.now()).pk


def lost_book() -> Book:
    book = book_with_copies(1)
    Copy.objects.filter(book=book).update(status=Copy.Status.UNAVAILABLE, reason="lost")
    return book


def day(ahead: int) -> str:
    return (timezone.localdate() + timedelta(days=ahead)).isoformat()


def with_key_of_another_body() -> Request:
    reader, book = patron(), book_with_copies(1)
    create(reader, book)._replace(key="one").send()
    return create(reader, book, days=3)._replace(key="one")


# Operation, status and code, then how it comes about.
Case = Callable[[Any], Request]
TABLE: list[tuple[str, int, str, Case]] = [
    ("create", 401, "authentication_error", lambda _s: create(None, 1)),
    ("create", 400, "validation_error", lambda _s: create(patron(), book_with_copies(1), days=0)),
    ("create", 404, "not_found", lambda _s: create(patron(), 10**9)),
    ("create", 404, "not_found", lambda _s: create(patron(), withdrawn())),
    ("create", 403, "authorization_error", lambda _s: create(patron(), book_with_copies(1), user=patron().pk)),
    ("create", 402, "insufficient_funds", lambda _s: create(patron(balance="0.20"), book_with_copies(1))),
    ("create", 409, "already_reserved", lambda _s: create((mine := held()).user, mine.book)),
    ("create", 409, "limit_reached", lambda _s: create(loan(patron(), days_ago=7).user, book_with_copies(1))),
    ("create", 409, "limit_reached", lambda settings: create(who_waits_for_many(settings), held().book)),
    ("create", 409, "quota_reached", lambda _s: create(cancelled().user, book_with_copies(1))),
    ("create", 409, "duration_too_long", lambda _s: create(patron(), book_with_copies(1), days=8)),
    ("create", 409, "blocked", lambda _s: create(overdue().user, book_with_copies(1))),
    ("create", 409, "blocked", lambda _s: create(in_debt(), book_with_copies(1))),
    ("create", 409, "unavailable", lambda _s: create(patron(), lost_book())),
    ("create", 409, "unavailable", lambda _s: create(patron(), held().book, join_queue=False)),
    ("create", 422, "idempotency_mismatch", lambda _s: with_key_of_another_body()),
    ("quote", 404, "not_found", lambda _s: Request("quote", patron(), "quote/", {"book": withdrawn()})),
    ("retrieve", 404, "not_found", lambda _s: on(held(), "retrieve", who=patron())),
    ("update", 404, "not_found", lambda _s: on(held(), "update", {"days": 3}, who=patron())),
    ("update", 409, "reservation_error", lambda _s: on(returned(), "update", {"days": 3})),
    ("update", 409, "reservation_error", lambda _s: on(held(), "update", {"paused_until": day(3)})),
    ("update", 409, "duration_too_long", lambda _s: on(held(), "update", {"days": 8})),
    ("update", 402, "insufficient_funds", lambda _s: on(dearly_held(), "update", {"days": 7})),
    ("update", 409, "not_extendable", lambda _s: on(overdue(), "update", {"due_on": day(5)})),
    ("update", 409, "queue_not_empty", lambda _s: on(waited_for(), "update", {"days": 9})),
    ("update", 409, "blocked", lambda _s: on(loan_of_a_debtor(), "update", {"days": 9})),
    ("cancel", 409, "reservation_error", lambda _s: on(loan(), "cancel")),
    ("checkout", 403, "authorization_error", lambda settings: on(only_at_the_desk(settings, held()), "checkout")),
    ("checkout", 409, "reservation_error", lambda _s: on(waiting_behind(held()), "checkout")),
    ("return", 403, "authorization_error", lambda settings: on(only_at_the_desk(settings, loan()), "return")),
    ("return", 409, "not_returnable", lambda _s: on(held(), "return")),
    ("extend", 409, "not_extendable", lambda _s: on(held(), "extend")),
    ("extend", 409, "not_extendable", lambda _s: on(overdue(), "extend")),
    ("extend", 409, "not_extendable", lambda _s: on(extended_twice(), "extend")),
    ("extend", 409, "queue_not_empty", lambda _s: on(waited_for(), "extend")),
    ("extend", 409, "blocked", lambda _s: on(loan_of_a_debtor(), "extend")),
    ("extend", 409, "duration_too_long", lambda _s: on(loan(), "extend", {"due_on": day(15)})),
    ("extend", 402, "insufficient_funds", lambda _s: on(loan(patron(balance="0.70"), days_ago=7), "extend")),
    ("defer", 409, "reservation_error", lambda _s: on(loan(), "defer")),
    ("defer", 409, "reservation_error", lambda _s: on(held(), "defer")),
    ("defer", 409, "limit_reached", lambda settings: on(with_no_place_left(settings, held()), "defer")),
    ("move", 403, "authorization_error", lambda _s: on(held(), "move", {"position": 1, "reason": "x"})),
    ("move", 409, "reservation_error", lambda _s: on(held(), "move", {"position": 1, "reason": "x"}, librarian())),
    ("lost", 403, "authorization_error", lambda _s: on(loan(), "lost", {"reason": "x"})),
    ("lost", 409, "reservation_error", lambda _s: on(held(), "lost", {"reason": "x"}, librarian())),
    ("found", 403, "authorization_error", lambda _s: on(returned(), "found")),
    ("found", 409, "reservation_error", lambda _s: on(returned(), "found", None, librarian())),
]  # fmt: skip


def cancelled() -> Reservation:
    ended = held()
    services.cancel(reservation_id=ended.pk, now=timezone.now())
    return ended


def dearly_held() -> Reservation:
    return reserved(patron(balance="2.00"), book_with_copies(1, daily_fee="1.00"), timezone.now(), days=2)


def waited_for() -> Reservation:
    mine = loan()
    waiting_behind(mine)
    return mine


def loan_of_a_debtor() -> Reservation:
    reader = patron(balance="0.70")
    mine = loan(reader)
    subscriptions.services.charge_or_owe(
        user_id=reader.pk, amount=1, kind="late_fee", reference="reservation:0", key="late"
    )
    return mine


def only_at_the_desk(settings: Any, reservation: Reservation) -> Reservation:
    settings.SELF_SERVICE = False
    return reservation


def by_put(case: Case) -> Case:
    return lambda settings: case(settings)._replace(operation="replace")


TABLE += [("replace", status, code, by_put(case)) for name, status, code, case in TABLE if name == "update"]


@pytest.mark.parametrize(
    ("operation", "status", "code", "case"), TABLE, ids=[f"{name}-{code}" for name, _status, code, _case in TABLE]
)
def test_a_refusal_has_the_status_code_and_form_of_the_contract(
    operation: str, status: int, code: str, case: Case, settings: Any
) -> None:
    request = case(settings)
    answer = request.send()
    problem = answer.json()
    assert (request.operation, answer.status_code, problem["code"]) == (operation, status, code)
    assert answer["Content-Type"] == "application/problem+json"
    money = {"required", "balance", "shortfall"} if status == 402 else set()
    assert problem.keys() == {"type", "title", "status", "detail", "code", "errors"} | money
    assert (problem["type"], problem["status"]) == (f"urn:library-portal:problem:{code}", status)


def test_the_schema_names_exactly_these_refusals_at_each_operation() -> None:
    """Those that the framework has for all operations, and those of the key, are tested elsewhere."""
    brought_about: dict[str, set[str]] = {}
    for name, status, code, _case in TABLE:
        brought_about.setdefault(name, set()).update({code} if status in (402, 409) else ())
    documented = {name: codes_of(described, "402", "409") for name, described in operations().items()}
    assert {name: codes for name, codes in documented.items() if codes} == {
        name: codes for name, codes in brought_about.items() if codes
    }


def operations() -> dict[str, Any]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return {
        described["operationId"].removeprefix("reservations_"): described
        for path, methods in schema["paths"].items()
        for described in methods.values()
        if path.startswith(RESERVATIONS)
    }


def codes_of(described: dict[str, Any], *statuses: str) -> set[str]:
    answers = [described["responses"][status]["description"] for status in statuses if status in described["responses"]]
    return set(re.findall(r"`(\w+)`", " ".join(answers))) - {"idempotency_in_progress"}
