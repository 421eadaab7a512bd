"""What happens to people at the same instant: one waits for the other, and never both (docs/locking.md)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

import accounts.services
import library_portal.notifications.services as notifications
import reservations.services
import subscriptions.services
from accounts.models import Role, Session, User
from accounts.services.sessions import Device, issue_tokens, open_session
from library_portal import audit
from library_portal.errors import PortalError
from reservations.models import PastLoans, Reservation
from subscriptions.models import Subscription
from tests.factories.accounts import UserFactory
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 1  # seconds given to the other to come as far, or to be stuck on the way


def together(*actions: Callable[[], Any]) -> list[Any]:
    """Each in a thread with a connection of its own. An error in one, such as a deadlock, is raised here."""

    def run(action: Callable[[], Any]) -> Any:
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(run, actions))


class Halfway:
    """A call in the middle of a transaction: whoever comes to it says so, and gives the other time to do something."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
        self._arrived, self._both, self._goes_on = threading.Event(), threading.Barrier(2), getattr(place, name)
        monkeypatch.setattr(place, name, self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._arrived.set()
        with suppress(threading.BrokenBarrierError):
            self._both.wait(timeout=PATIENCE)
        return self._goes_on(*args, **kwargs)

    def then(self, action: Callable[[], Any]) -> Callable[[], Any]:
        """The action, begun when the other has come halfway."""

        def wait_and_act() -> Any:
            self._arrived.wait(timeout=60)
            return action()

        return wait_and_act


def session_of(user: User) -> Session:
    return open_session(user=user, channel=Session.Channel.API, device=Device(), now=timezone.now())


def deactivate(user: User) -> None:
    accounts.services.deactivate(user_id=user.pk, now=timezone.now())


def change_phone(user: User) -> None:
    accounts.services.change_person(user_id=user.pk, now=timezone.now(), phone="+14155552671")


@pytest.mark.parametrize("change", [deactivate, change_phone])
def test_somebody_logs_out_while_staff_change_the_account(monkeypatch, change) -> None:
    ada = UserFactory()
    session = session_of(ada)
    recording = Halfway(monkeypatch, audit, "record")
    together(
        lambda: accounts.services.end_session(session_id=session.pk, now=timezone.now()),
        recording.then(lambda: change(ada)),
    )
    session.refresh_from_db()
    assert session.end_reason == "logged out"


def test_a_stolen_refresh_token_comes_back_while_the_account_is_deactivated(monkeypatch) -> None:
    ada = UserFactory()
    session, now = session_of(ada), timezone.now()
    stolen = issue_tokens(session=session, user=ada, now=now).refresh
    issue_tokens(session=session, user=ada, now=now)
    recording = Halfway(monkeypatch, audit, "record")

    def reuse() -> None:
        with suppress(PortalError):
            accounts.services.refresh_tokens(refresh=stolen, now=timezone.now())

    together(reuse, recording.then(lambda: deactivate(ada)))
    session.refresh_from_db()
    assert session.end_reason == "refresh token used twice"


def test_two_admins_deactivate_each_other(monkeypatch) -> None:
    ada, eve = UserFactory(role=Role.ADMIN), UserFactory(role=Role.ADMIN)

    def closes(headers: dict[str, str], other: User) -> int:
        answer = APIClient().patch(f"/api/v1/users/{other.pk}/", {"is_active": False}, "json", headers=headers)
        return answer.status_code

    headers = {user.pk: bearer(user) for user in (ada, eve)}
    Halfway(monkeypatch, audit, "record")
    answers = together(lambda: closes(headers[ada.pk], eve), lambda: closes(headers[eve.pk], ada))
    assert 200 in answers
    assert set(answers) <= {200, 401}


def returned_by(reader: User) -> Reservation:
    book, now = book_with_copies(1), timezone.now()
    mine = reservations.services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)
    reservations.services.check_out(reservation_id=mine.pk, now=now)
    reservations.services.return_copy(reservation_id=mine.pk, now=now)
    return mine


def test_somebody_leaves_and_reserves_once_more_what_was_read_before(monkeypatch) -> None:
    reader = patron(plan="PREMIUM")
    book_id = returned_by(reader).book_id
    erasing = Halfway(monkeypatch, accounts.services.privacy, "forget_origins")

    def reserve() -> None:
        with suppress(PortalError):
            reservations.services.reserve(
                user_id=reader.pk, book_id=book_id, days=7, join_queue=True, now=timezone.now()
            )

    together(
        lambda: accounts.services.delete_account(user_id=reader.pk, now=timezone.now(), forfeit=True),
        erasing.then(reserve),
    )
    reader.refresh_from_db()
    assert reader.erased_at is not None
    assert not Reservation.objects.filter(book__isnull=False).exists()


def test_loans_are_forgotten_while_one_is_returned_again(monkeypatch) -> None:
    mine = returned_by(patron())
    forgetting = Halfway(monkeypatch, notifications, "erase_about")
    later = timezone.now() + timedelta(days=40)
    forgotten, _returned = together(
        lambda: reservations.services.forget_old_loans(now=later),
        forgetting.then(lambda: reservations.services.return_copy(reservation_id=mine.pk, now=later)),
    )
    assert forgotten == 1


def test_forgetting_twice_at_once_counts_each_loan_once(monkeypatch) -> None:
    reader = patron()
    returned_by(reader)
    Halfway(monkeypatch, notifications, "erase_about")
    later = timezone.now() + timedelta(days=40)
    forgotten = together(
        lambda: reservations.services.forget_old_loans(now=later),
        lambda: reservations.services.forget_loans_of(user_id=reader.pk),
    )
    assert sorted(forgotten) == [0, 1]
    assert PastLoans.objects.get().loans == 1


def test_a_plan_follows_while_an_admin_changes_its_price(monkeypatch) -> None:
    """The period ends with a row of its own that names the plan; the admin has the plan, and wants that row."""
    now = timezone.now()
    reader, later = patron(plan="PREMIUM", balance="20.00"), now + timedelta(days=32)
    subscriptions.services.change_plan(user_id=reader.pk, plan_code="PLUS", now=now)
    Subscription.objects.filter(user=reader).update(reminded=True)
    recording = Halfway(monkeypatch, audit, "record")
    together(
        lambda: subscriptions.services.set_terms(code="PLUS", terms={"price": Decimal("7.00")}),
        recording.then(lambda: subscriptions.services.end_period(user_id=reader.pk, now=later)),
    )
    assert Subscription.objects.get(user=reader).plan.code == "PLUS"
