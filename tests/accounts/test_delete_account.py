"""Deleting an account: refused while a copy is out or a debt is open; then the person is erased, the ledger stays."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client

import accounts.services
import reservations.services
import reservations.standing
import subscriptions.services
from accounts.models import Authenticator, RecoveryCode, Session, User
from library_portal.api.models import KeptAnswer
from library_portal.audit.models import AuditEntry
from library_portal.errors import Forbidden, NotFound
from library_portal.notifications import notify
from library_portal.notifications.models import Kind, Notification, Preference
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from library_portal.personal_data import MayNotLeave
from reservations.models import Reservation
from subscriptions.models import LedgerEntry, Payment, Subscription, Wallet
from tests.factories.accounts import UserFactory
from tests.factories.books import AuthorFactory
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
ME, PAGE = "/api/v1/users/me/", "/me/delete/"


def delete(reader, now, **wanted) -> None:
    accounts.services.delete_account(user_id=reader.pk, now=now, **wanted)


def reserve(reader, now, copies: int = 1) -> Reservation:
    book = book_with_copies(copies, title="Northanger Abbey")
    return reservations.services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)


def lend(reader, now) -> Reservation:
    return reservations.services.check_out(reservation_id=reserve(reader, now).pk, now=now)


def balance_of(reader) -> str:
    return str(Wallet.objects.get(user_id=reader.pk).balance)


def tables_that_contain(text: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_user_tables")
        tables = [name for (name,) in cursor.fetchall()]
        found = set()
        for table in tables:
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS everything WHERE everything::text ILIKE %s', [f"%{text}%"]
            )
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def somebody_with_traces_everywhere(now) -> User:
    reader = patron(username="zebedee", plan="PREMIUM")
    User.objects.filter(pk=reader.pk).update(
        first_name="Zebedeefirst", last_name="Zebedeelast", phone="+14155552671", language="en"
    )
    Session.objects.create(
        user=reader, channel="api", user_agent="Zebedee/1", address="203.0.113.7", expires_at=now + timedelta(days=1)
    )
    Authenticator.objects.create(user=reader, secret="zebedee", confirmed_at=now)
    RecoveryCode.objects.create(user=reader, code_hash="zebedee")
    AuditEntry.objects.create(action="logged_in", who=reader, whom=reader, address="203.0.113.7", user_agent="Zebedee")
    AuditEntry.objects.create(action="password_refused", whom=reader, address="203.0.113.7", user_agent="Zebedee")
    notify(user_id=reader.pk, kind=Kind.ACCOUNT, key="a", title="Dear Zebedee", body="…")
    Preference.objects.create(user=reader, kind=Kind.OVERDUE)
    KeptAnswer.objects.create(user=reader, path="/", key="k", body_hash="", content=b"zebedee", claimed_at=now)
    for model in (User, Subscription):
        row = model.objects.get(pk=reader.pk) if model is User else reader.subscription
        LogEntry.objects.create(
            user=librarian(), content_type=ContentType.objects.get_for_model(model), object_id=str(row.pk),
            object_repr=str(row), action_flag=CHANGE,
        )  # fmt: skip
    loan = lend(reader, now)
    reservations.services.return_copy(reservation_id=loan.pk, now=now)
    return reader


def test_nothing_in_the_database_names_the_person_any_more(now) -> None:
    reader = somebody_with_traces_everywhere(now)
    assert len(tables_that_contain("zebedee")) > 5
    delete(reader, now, forfeit=True)
    for trace in ("zebedee", "4155552671", "203.0.113.7"):
        assert tables_that_contain(trace) == set()
    assert not Reservation.objects.filter(user_id=reader.pk, book__isnull=False).exists()


def test_the_account_is_closed_for_good_under_a_number(now) -> None:
    reader = somebody_with_traces_everywhere(now)
    delete(reader, now, forfeit=True)
    reader = User.objects.get(pk=reader.pk)
    assert (reader.username, reader.is_active, reader.erased_at) == (f"deleted-{reader.pk}", False, now)
    assert (reader.has_usable_password(), reader.role, list(reader.groups.all())) == (False, "customer", [])
    assert not Session.objects.filter(user=reader, ended_at=None).exists()
    with pytest.raises(NotFound):
        accounts.services.reactivate(user_id=reader.pk)


@pytest.mark.parametrize(
    "change",
    [
        lambda who, now: accounts.services.begin_authenticator(user_id=who),
        lambda who, now: accounts.services.reset_second_step(user_id=who, now=now),
        lambda who, now: accounts.services.set_loan_history(user_id=who, keeps=True, now=now),
        lambda who, now: accounts.services.change_person(user_id=who, first_name="Zebedee", now=now),
        lambda who, now: accounts.services.set_password(user_id=who, password="a-long-passphrase", now=now),
    ],
)
def test_what_was_under_way_changes_nothing_any_more(now, change) -> None:
    reader = patron(balance="0")
    delete(reader, now)
    before = User.objects.values().get(pk=reader.pk)
    with pytest.raises(NotFound):
        change(reader.pk, now)
    assert User.objects.values().get(pk=reader.pk) == before
    assert not Authenticator.objects.exists()


def test_the_ledger_stays_and_what_was_left_is_written_off(now) -> None:
    reader = patron(balance="5.00")
    before = list(LedgerEntry.objects.values())
    delete(reader, now, forfeit=True)
    entries = list(LedgerEntry.objects.order_by("pk").values())
    assert entries[: len(before)] == before
    assert [(str(entry["amount"]), str(entry["balance_after"])) for entry in entries[len(before) :]] == [
        ("-5.00", "0.00")
    ]
    assert balance_of(reader) == "0.00"


def test_no_payment_is_credited_afterwards(now) -> None:
    reader = patron(balance="0")
    payment = subscriptions.services.start_top_up(user_id=reader.pk, amount=Decimal(5), provider="test")
    delete(reader, now)
    subscriptions.services.confirm_payment(payment_id=payment.pk, now=now)
    assert (Payment.objects.get().status, balance_of(reader)) == ("held", "0.00")


def test_it_is_refused_while_a_copy_is_out(now) -> None:
    reader = patron()
    loan = lend(reader, now)
    with pytest.raises(MayNotLeave, match="1 book is still on loan"):
        delete(reader, now, forfeit=True)
    reservations.services.return_copy(reservation_id=loan.pk, now=now)
    delete(reader, now, forfeit=True)


def test_it_is_refused_while_a_debt_is_open(now) -> None:
    reader = patron(balance="0.70")
    loan = lend(reader, now)
    reservations.services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=9))
    with pytest.raises(MayNotLeave, match=r"\$0.40 is still owed"):
        delete(reader, now)
    reader.refresh_from_db()
    assert reader.is_active


def test_a_refusal_gives_nothing_up(now) -> None:
    reader = patron(plan="PREMIUM")
    held, _lent = reserve(reader, now), lend(reader, now)
    with pytest.raises(MayNotLeave):
        delete(reader, now, forfeit=True)
    held.refresh_from_db()
    assert held.status == "ready"


def test_places_and_holds_are_given_up_and_the_next_in_the_queue_gets_the_copy(now) -> None:
    reader, next_one = patron(), patron()
    held = reserve(reader, now)
    waiting = reservations.services.reserve(user_id=next_one.pk, book_id=held.book_id, days=7, join_queue=True, now=now)
    delete(reader, now, forfeit=True)
    held.refresh_from_db()
    waiting.refresh_from_db()
    assert (held.status, held.book_id, waiting.status) == ("cancelled", None, "ready")


def test_money_is_given_up_only_by_who_says_so(now) -> None:
    reader = patron(balance="5.00")
    reserve(reader, now)
    with pytest.raises(
        MayNotLeave, match=r"\$4.30 in your wallet; \$0.70 paid for books that are held for you"
    ) as told:
        delete(reader, now)
    assert len(told.value.extra["losses"]) == 2
    assert Reservation.objects.get().status == "ready"


def test_deleting_twice_is_no_error(now) -> None:
    reader = patron(balance="0")
    delete(reader, now)
    delete(reader, now + timedelta(days=1))
    assert User.objects.get(pk=reader.pk).erased_at == now
    assert AuditEntry.objects.filter(action="account_deleted").count() == 1
    assert list(OutboxEvent.objects.filter(name="user.deleted").values_list("payload", flat=True)) == [
        {"user_id": reader.pk}
    ]


def test_where_staff_came_from_stays_on_record(now) -> None:
    reader, staff = patron(balance="0"), librarian()
    AuditEntry.objects.create(action="deactivated", who=staff, whom=reader, address="198.51.100.1")
    delete(reader, now)
    assert str(AuditEntry.objects.get(action="deactivated").address) == "198.51.100.1"


def test_the_name_and_the_address_are_free_again(now) -> None:
    reader = UserFactory(username="ada", email="ada@library.example")
    delete(reader, now)
    again = accounts.services.sign_up(
        username="ada",
        password="another-long-passphrase",
        email="ada@library.example",
        device=accounts.services.Device(),
        now=now,
    )
    assert User.objects.get(pk=again.user_id).email == "ada@library.example"


def test_nobody_can_sign_up_under_the_name_of_an_erased_account(api) -> None:
    body = {"username": "Deleted-7", "email": "ada@library.example", "password": "a-long-passphrase"}
    answer = api.post("/api/v1/auth/signup/", body)
    assert (answer.status_code, answer.json()["errors"]) == (400, {"username": ["This name is reserved."]})


def test_who_is_erased_reserves_nothing_any_more(now) -> None:
    reader, book = patron(balance="0"), book_with_copies(1)
    delete(reader, now)
    with pytest.raises(reservations.standing.AccountClosed):
        reservations.services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)


def test_the_api_deletes_at_once_where_nothing_is_left(api) -> None:
    reader = patron(balance="0")
    headers = bearer(reader)
    assert api.delete(ME, headers=headers).status_code == 204
    assert api.get(ME, headers=headers).json()["code"] == "token_revoked"
    assert set(AuditEntry.objects.filter(who=reader).values_list("address", "user_agent")) == {(None, "")}


def test_the_api_says_what_would_be_given_up_and_takes_the_consent(api) -> None:
    headers = bearer(patron(balance="5.00"))
    refusal = api.delete(ME, headers=headers)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "conflict")
    assert refusal.json()["losses"] == ["$5.00 in your wallet"]
    assert api.delete(f"{ME}?forfeit=perhaps", headers=headers).status_code == 400
    assert api.delete(f"{ME}?forfeit=true", headers=headers).status_code == 204


def test_the_api_asks_for_the_password_where_it_was_given_long_ago(api) -> None:
    reader = patron(balance="0")
    headers = bearer(reader)
    Session.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    assert api.delete(ME, headers=headers).status_code == 403
    assert api.delete(ME).status_code == 401
    assert User.objects.get(pk=reader.pk).is_active


def browser_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_wants_the_username_typed_out() -> None:
    browser = browser_of(UserFactory(username="ada"))
    page = browser.post(PAGE, {"username": "eve"})
    assert "This is not your username." in page.content.decode()
    assert User.objects.get().username == "ada"
    answer = browser.post(PAGE, {"username": "Ada"}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert [str(message) for message in answer.context["messages"]] == [
        "Your account is deleted. Thank you for having read with us."
    ]
    assert not answer.context["user"].is_authenticated


def test_the_page_shows_the_money_and_wants_a_tick() -> None:
    reader = patron(balance="5.00", username="ada")
    browser = browser_of(reader)
    assert "$5.00 in your wallet" in browser.get(PAGE).content.decode()
    browser.post(PAGE, {"username": "ada"})
    assert User.objects.get(pk=reader.pk).is_active
    browser.post(PAGE, {"username": "ada", "forfeit": "on"})
    assert not User.objects.get(pk=reader.pk).is_active


def test_the_page_says_what_is_in_the_way_and_offers_no_button(now) -> None:
    reader = patron(username="ada")
    lend(reader, now)
    page = browser_of(reader).get(PAGE).content.decode()
    assert "1 book is still on loan. Please bring it back first." in page
    assert "Delete my account for good" not in page
    answer = browser_of(reader).post(PAGE, {"username": "ada", "forfeit": "on"})
    assert (answer.status_code, User.objects.get(pk=reader.pk).is_active) == (409, True)


def test_the_page_asks_for_the_password_first_and_is_for_people_who_are_logged_in() -> None:
    browser = browser_of(UserFactory(username="ada"))
    Session.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    assert browser.post(PAGE, {"username": "ada"})["Location"] == "/me/security/confirm/?next=%2Fme%2Fdelete%2F"
    assert Client().get(PAGE)["Location"].startswith("/login/")
    assert User.objects.get().is_active


def post_in_admin(browser: Client, path: str, form: dict) -> None:
    assert browser.post(path, form).status_code == 302


def test_what_staff_did_in_the_admin_names_the_person_no_more(now) -> None:
    reader, admin = UserFactory(username="zebedee"), UserFactory(role="admin")
    post_in_admin(
        browser_of(admin), f"/admin/accounts/patron/{reader.pk}/change/", {"username": "zebedee", "last_name": "Z"}
    )
    post_in_admin(
        browser_of(admin), "/admin/authors/authoraccount/add/", {"user": reader.pk, "author": AuthorFactory().pk}
    )
    assert LogEntry.objects.count() == 2
    delete(reader, now)
    assert tables_that_contain("zebedee") == set()


def test_a_loan_that_begins_meanwhile_is_a_reason_to_stay(now, monkeypatch) -> None:
    reader = patron(balance="50.00")
    held = reserve(reader, now)
    cancel = reservations.services.cancel

    def lend_first(*, reservation_id: int, now) -> Reservation:
        reservations.services.check_out(reservation_id=reservation_id, now=now)
        return cancel(reservation_id=reservation_id, now=now)

    monkeypatch.setattr(reservations.services, "cancel", lend_first)
    with pytest.raises(MayNotLeave, match="1 book is still on loan"):
        delete(reader, now, forfeit=True)
    held.refresh_from_db()
    assert held.status == "active"


def test_nobody_tops_up_for_who_is_gone(now) -> None:
    reader = patron(balance="0")
    delete(reader, now)
    with pytest.raises(Forbidden):
        subscriptions.services.start_top_up(user_id=reader.pk, amount=Decimal(5), provider="test")
    assert not Payment.objects.exists()


def test_nothing_that_happened_before_is_told_afterwards(now) -> None:
    reader = patron(balance="0")
    payment = subscriptions.services.start_top_up(user_id=reader.pk, amount=Decimal(5), provider="test")
    subscriptions.services.confirm_payment(payment_id=payment.pk, now=now)
    delete(reader, now, forfeit=True)
    deliver_pending()
    assert not Notification.objects.filter(user=reader).exists()


def test_the_last_admin_stays(now) -> None:
    admin = UserFactory(role="admin")
    UserFactory(role="admin", is_active=False)
    with pytest.raises(MayNotLeave, match="only admin"):
        delete(admin, now)
    UserFactory(role="admin")
    delete(admin, now)
    assert User.objects.get(pk=admin.pk).erased_at == now
