"""Who is which author, and a bank account that nothing gives away."""

import json
import logging

import pytest
from django.db import connection

import accounts.services
from accounts.models import Role, Session
from authors import services
from authors.bank_account import BankAccount, InvalidIban, checked_iban, masked
from authors.models import AuthorAccount
from authors.personal_data import author as exported
from authors.personal_data import forget_author_account
from authors.queries import NoAuthorAccount, ShownBankAccount, own_author_id, shown_bank_account
from authors.services import AlreadyLinked, CannotBeAuthor
from library_portal.audit.models import AuditEntry
from library_portal.errors import NotFound
from library_portal.notifications.models import Notification
from library_portal.outbox.models import OutboxEvent
from tests.factories.accounts import UserFactory
from tests.factories.authors import HOLDER, IBAN, MASKED, AuthorAccountFactory
from tests.factories.books import AuthorFactory
from tests.factories.tokens import access_token

pytestmark = pytest.mark.django_db


def audited():
    return list(AuditEntry.objects.order_by("pk").values_list("action", "whom", "details"))


def give(account, now, iban=IBAN):
    services.set_bank_account(user_id=account.user_id, bank_account=BankAccount(iban, HOLDER), now=now)


def everything_stored() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return "".join(_rows(cursor, table) for table in tables)


def _rows(cursor, table: str) -> str:
    cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM \"{table}\" t")
    return cursor.fetchone()[0]


# --- Linking ---------------------------------------------------------------------------------------------


def test_a_linked_customer_becomes_an_author_and_logs_in_anew(now) -> None:
    author, user = AuthorFactory(), UserFactory()
    access_token(user)
    services.link(author_id=author.pk, user_id=user.pk, now=now)
    user.refresh_from_db()
    assert (user.role, own_author_id(user_id=user.pk)) == (Role.AUTHOR, author.pk)
    assert not Session.objects.filter(user=user, ended_at=None).exists()
    assert audited()[-1] == ("author_linked", user.pk, {"author_id": author.pk})


def test_one_person_is_one_author(now) -> None:
    linked, other = AuthorAccountFactory(), UserFactory()
    with pytest.raises(AlreadyLinked):
        services.link(author_id=linked.author_id, user_id=other.pk, now=now)
    with pytest.raises(AlreadyLinked):
        services.link(author_id=AuthorFactory().pk, user_id=linked.user_id, now=now)
    other.refresh_from_db()
    assert (AuthorAccount.objects.count(), other.role) == (1, Role.CUSTOMER)


@pytest.mark.parametrize("person", [{"role": Role.LIBRARIAN}, {"role": Role.ADMIN}, {"is_active": False}])
def test_staff_and_closed_accounts_are_not_linked(person, now) -> None:
    user = UserFactory(**person)
    with pytest.raises(CannotBeAuthor):
        services.link(author_id=AuthorFactory().pk, user_id=user.pk, now=now)
    user.refresh_from_db()
    assert user.role == person.get("role", Role.CUSTOMER)


def test_nobody_is_linked_to_an_author_who_is_not_there(now) -> None:
    with pytest.raises(NotFound):
        services.link(author_id=987654321, user_id=UserFactory().pk, now=now)


def test_unlinking_takes_the_bank_account_along_and_twice_is_no_error(now) -> None:
    account = AuthorAccountFactory(iban=IBAN, account_holder=HOLDER)
    for _time in range(2):
        services.unlink(user_id=account.user_id)
    assert own_author_id(user_id=account.user_id) is None
    assert audited() == [("author_unlinked", account.user_id, {"author_id": account.author_id})]
    assert not AuthorAccount.objects.exists()


def test_who_loses_the_role_or_the_account_is_no_author_any_more(now) -> None:
    one, other = AuthorAccountFactory(), AuthorAccountFactory()
    accounts.services.change_role(user_id=one.user_id, role=Role.CUSTOMER, now=now)
    accounts.services.deactivate(user_id=other.user_id, now=now)
    for account in (one, other):
        assert own_author_id(user_id=account.user_id) is None
        with pytest.raises(NoAuthorAccount):
            give(account, now)


# --- The bank account ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["DE89 3704 0044 0532 0130 00", "de89-3704-0044-0532-0130-00", IBAN])
def test_an_iban_is_taken_as_people_write_it(text) -> None:
    assert checked_iban(text) == IBAN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DE88370400440532013000",  # a check digit is wrong
        "DE8937040044053201300",  # a digit is missing
        "XX89370400440532013000",  # no such country
        "BE58435411161154",  # right by the general rule, wrong by Belgium's
        "🏦" * 22,
    ],
)
def test_what_is_no_iban_is_refused_and_not_repeated(text) -> None:
    with pytest.raises(InvalidIban) as refusal:
        checked_iban(text)
    assert not text or text not in str(refusal.value)


def test_an_iban_is_shown_by_its_ends() -> None:
    assert masked(IBAN) == MASKED
    assert IBAN not in repr(BankAccount(IBAN, HOLDER))


def test_a_change_is_audited_and_told_once(now) -> None:
    account = AuthorAccountFactory()
    for _time in range(2):
        give(account, now)
    assert shown_bank_account(user_id=account.user_id) == ShownBankAccount("given", MASKED)
    assert audited() == [("bank_account_changed", account.user_id, {"removed": False})]
    message = Notification.objects.get()
    assert (message.user_id, message.kind, message.title) == (
        account.user_id,
        "account",
        "Your bank account was changed",
    )


def test_a_removed_bank_account_is_gone(now) -> None:
    account = AuthorAccountFactory(iban=IBAN, account_holder=HOLDER)
    services.set_bank_account(user_id=account.user_id, bank_account=None, now=now)
    account.refresh_from_db()
    assert (account.iban, account.account_holder) == ("", "")
    assert audited() == [("bank_account_changed", account.user_id, {"removed": True})]


def test_neither_the_database_nor_events_nor_logs_have_the_bank_account(now, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    account = AuthorAccountFactory()
    give(account, now)
    stored = everything_stored()
    assert str(account.user.username) in stored  # the search does see what is there
    for secret in (IBAN, HOLDER, "0532013000"):
        assert secret not in stored
        assert secret not in caplog.text
        assert secret not in json.dumps(list(OutboxEvent.objects.values_list("payload", flat=True)))
    assert OutboxEvent.objects.filter(name="notification.created").count() == 1


def test_without_its_key_the_bank_account_can_not_be_shown_but_said_anew_or_unlinked(now, settings) -> None:
    account = AuthorAccountFactory(iban=IBAN, account_holder=HOLDER)
    settings.ENCRYPTION_KEYS = ["another-key"]
    assert shown_bank_account(user_id=account.user_id) == ShownBankAccount("unreadable")
    give(account, now)
    assert shown_bank_account(user_id=account.user_id) == ShownBankAccount("given", MASKED)
    settings.ENCRYPTION_KEYS = ["a-third-key"]
    services.unlink(user_id=account.user_id)
    assert not AuthorAccount.objects.exists()


# --- What the portal holds about a person ----------------------------------------------------------------


def test_the_export_has_the_bank_account_masked(now) -> None:
    account = AuthorAccountFactory(author=AuthorFactory(name="Jane Austen"), linked_at=now)
    give(account, now)
    part = exported(account.user_id)
    assert (part["author"]["name"], part["linked_at"], part["bank_account"]) == (
        "Jane Austen",
        now,
        {"state": "given", "iban": MASKED},
    )
    assert exported(UserFactory().pk) is None


def test_who_leaves_leaves_the_author_in_the_catalogue_and_the_bank_account_nowhere(now) -> None:
    account = AuthorAccountFactory(iban=IBAN, account_holder=HOLDER)
    forget_author_account(account.user_id, now)
    assert not AuthorAccount.objects.exists()
    account.author.refresh_from_db()
