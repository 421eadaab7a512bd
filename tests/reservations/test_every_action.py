"""Every state × action × actor: what the table offers works or is refused by a documented code, what it does not offer
changes nothing, whoever asks and however."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.utils import timezone

from library_portal.errors import PortalError
from library_portal.redis import client as redis_client
from reservations import services
from reservations.admin.acts.acts import ACTS
from reservations.models import Reservation, Status
from reservations.services.hold import give_hold_back
from reservations.services.lookup import lock_reservation
from reservations.transitions import Action, Actor, actions_for, transition
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
# Of api.md; those of the family and of money that an action on one's own reservation can meet.
DOCUMENTED = {
    "validation_error", "authorization_error", "not_found", "insufficient_funds", "reservation_error", "limit_reached",
    "quota_reached", "duration_too_long", "blocked", "not_returnable", "not_extendable", "queue_not_empty",
    "unavailable", "conflict",
}  # fmt: skip
STATES = [*Status.values, "lost"]
WHY = "a reason"


@dataclass(frozen=True)
class Outcome:
    """`code` is that of a refusal; `is_changed` says whether anything of the reservation is another."""

    code: str
    is_changed: bool
    after: str


def in_state(state: str) -> Reservation:
    """Somebody else waits too, so that a copy that is given up finds a taker."""
    now, book = timezone.now(), book_with_copies(1, price="20")
    if state == Status.PENDING:
        lent(patron(), book, now)
        made = reserved(patron(plan="PLUS"), book, now, days=3)
    elif state in (Status.READY, Status.CANCELLED, Status.EXPIRED):
        made = reserved(patron(plan="PLUS"), book, now, days=3)
    else:
        made = lent(patron(plan="PLUS"), book, now, days=3)
    if state == Status.CANCELLED:
        services.cancel(reservation_id=made.pk, now=now)
    if state == Status.EXPIRED:
        services.expire_hold(reservation_id=made.pk, now=now + timedelta(days=9))
    if state == Status.COMPLETED:
        services.return_copy(reservation_id=made.pk, now=now)
    if state == "lost":
        services.lose_copy(reservation_id=made.pk, now=now, reason=WHY)
    if state in (Status.PENDING, Status.READY):
        reserved(patron(), book, now)
    return Reservation.objects.get(pk=made.pk)


def undoing(undo: Callable[..., object]) -> Callable[[Reservation, datetime], object]:
    return lambda one, now: undo(reservation_id=one.pk, step=one.step, done_at=now, now=now)


def put_back(one: Reservation, now: datetime) -> None:
    give_hold_back(lock_reservation(reservation_id=one.pk), Action.PUT_BACK)


USE_CASES: dict[Action, Callable[[Reservation, datetime], object]] = {
    Action.HOLD: lambda one, now: services.allocate(book_id=one.book_id, now=now),
    Action.CHANGE_DAYS: lambda one, now: services.change_days(reservation_id=one.pk, days=4, now=now),
    Action.PAUSE: lambda one, now: services.pause(reservation_id=one.pk, until=tomorrow(), now=now),
    Action.MOVE: lambda one, now: services.move(reservation_id=one.pk, position=2, reason=WHY, now=now),
    Action.CANCEL: lambda one, now: services.cancel(reservation_id=one.pk, now=now, reason=WHY),
    Action.DEFER: lambda one, now: services.defer(reservation_id=one.pk, now=now),
    Action.PUT_BACK: put_back,
    Action.EXPIRE: lambda one, now: services.expire_hold(reservation_id=one.pk, now=now + timedelta(days=9)),
    Action.CHECK_OUT: lambda one, now: services.check_out(reservation_id=one.pk, now=now),
    Action.UNDO_CHECK_OUT: undoing(services.undo_check_out),
    Action.EXTEND: lambda one, now: services.extend(reservation_id=one.pk, now=now),
    Action.RETURN: lambda one, now: services.return_copy(reservation_id=one.pk, now=now),
    Action.UNDO_RETURN: undoing(services.undo_return),
    Action.LOSE: lambda one, now: services.lose_copy(reservation_id=one.pk, now=now, reason=WHY),
    Action.FIND: lambda one, now: services.find_copy(reservation_id=one.pk, now=now),
}
# How people ask for it in the API: method, the end of the address, the body.
REQUESTS: dict[Action, tuple[str, str, dict[str, Any]]] = {
    Action.CHANGE_DAYS: ("PATCH", "", {"days": 4}),
    Action.PAUSE: ("PATCH", "", {"paused_until": "tomorrow"}),
    Action.MOVE: ("POST", "move/", {"position": 2, "reason": WHY}),
    Action.CANCEL: ("DELETE", "", {}),
    Action.DEFER: ("POST", "defer/", {}),
    Action.CHECK_OUT: ("POST", "checkout/", {}),
    Action.EXTEND: ("POST", "extend/", {}),
    Action.RETURN: ("POST", "return/", {}),
    Action.LOSE: ("POST", "lost/", {"reason": WHY}),
    Action.FIND: ("POST", "found/", {}),
}


def tomorrow() -> Any:
    return timezone.localdate() + timedelta(days=1)


def outcome(one: Reservation, act: Callable[[], str]) -> Outcome:
    """What came of it; nothing stays."""
    before = transaction.savepoint()  # not `atomic`: use cases insist on being outermost
    code = act()
    after = Reservation.objects.values().get(pk=one.pk)
    is_changed = any(after[name] != getattr(one, name) for name in after)
    transaction.savepoint_rollback(before)
    redis_client().flushdb()
    return Outcome(code, is_changed, after["status"])


def by_use_case(one: Reservation, action: Action) -> Outcome:
    def act() -> str:
        try:
            USE_CASES[action](one, datetime.now(UTC))
        except PortalError as refusal:
            return refusal.code
        return ""

    return outcome(one, act)


def by_request(one: Reservation, action: Action, headers: dict[str, str]) -> Outcome:
    method, end, body = REQUESTS[action]
    body = {name: tomorrow().isoformat() if value == "tomorrow" else value for name, value in body.items()}

    def act() -> str:
        client = Client(headers=headers, raise_request_exception=False)
        address = f"/api/v1/reservations/{one.pk}/{end}"
        answer = client.generic(method, address, data=json.dumps(body), content_type="application/json")
        assert answer.status_code < 500, (action, answer.content)
        return answer.json()["code"] if answer.status_code >= 400 else ""

    return outcome(one, act)


def by_page(one: Reservation, slug: str, desk: Client) -> Outcome:
    def act() -> str:
        page = desk.get(f"/admin/reservations/reservation/act/{slug}/?ids={one.pk}")
        form = {"row": f"{one.pk}:{one.step}", "reason": WHY, "days": "4", "until": tomorrow().isoformat()}
        answer = desk.post(f"/admin/reservations/reservation/act/{slug}/", form)
        assert (page.status_code, answer.status_code) == (200, 302), slug
        [said] = get_messages(answer.wsgi_request)
        return "refused" if said.level_tag == "error" else ""

    return outcome(one, act)


def meant(action: Action, one: Reservation) -> Action:
    """Other days for what is on loan already are an extension (api.md)."""
    return Action.EXTEND if (action, one.status) == (Action.CHANGE_DAYS, Status.ACTIVE) else action


def is_wrong(action: Action, one: Reservation, came: Outcome, *, is_offered: bool) -> bool:
    """Offered: done as the table says, or refused by a known code. Not offered: nothing has changed."""
    row = transition(one.status, action)
    if came.code:
        return came.is_changed or came.code not in DOCUMENTED | {"refused"}
    if not came.is_changed:
        return is_offered and action != Action.HOLD  # nothing is free for who waits
    return not is_offered or row is None or came.after not in (row.after, taken_up(action))


def taken_up(action: Action) -> str:
    """Who goes on, is moved or is put back may be offered a copy at once."""
    return Status.READY if action in (Action.PAUSE, Action.MOVE, Action.DEFER) else ""


@pytest.mark.parametrize("state", STATES)
def test_the_use_cases_do_what_the_table_allows_and_nothing_else(state: str) -> None:
    one = in_state(state)
    offered = {action for actor in Actor for action in actions_for(one, actor)}
    came = {action: by_use_case(one, action) for action in Action}
    assert {a: c for a, c in came.items() if is_wrong(a, one, c, is_offered=a in offered)} == {}


@pytest.mark.parametrize("actor", [Actor.PATRON, Actor.LIBRARIAN])
@pytest.mark.parametrize("state", STATES)
def test_the_api_does_for_each_what_the_table_offers_them_and_nothing_else(state: str, actor: Actor) -> None:
    one = in_state(state)
    headers = bearer(one.user if actor == Actor.PATRON else librarian())
    offered = actions_for(one, actor)
    came = {meant(action, one): by_request(one, action, headers) for action in REQUESTS}
    assert {a: c for a, c in came.items() if is_wrong(a, one, c, is_offered=a in offered)} == {}


@pytest.mark.parametrize("state", STATES)
def test_the_admin_does_what_the_table_offers_staff_and_nothing_else(state: str) -> None:
    one, desk = in_state(state), Client()
    desk.force_login(librarian())
    wrong = {}
    for slug, act in ACTS.items():
        action, came = act.action_for(one), by_page(one, slug, desk)
        if (action is None and came.is_changed) or (action and is_wrong(action, one, came, is_offered=True)):
            wrong[slug] = came
    assert wrong == {}


def test_every_action_has_a_use_case_and_every_one_that_people_ask_for_a_request() -> None:
    asked_for = {
        action
        for state in STATES
        for actor in (Actor.PATRON, Actor.LIBRARIAN)
        for action in Action
        if (row := transition("completed" if state == "lost" else state, action)) and actor in row.who
    }
    at_the_desk = {Action.HOLD, Action.UNDO_CHECK_OUT, Action.UNDO_RETURN}
    assert (set(USE_CASES), set(REQUESTS)) == (set(Action), asked_for - at_the_desk)
