"""`PATCH authors/{id}/` and `users/me/author/`: the author, librarians, and nobody else."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

import books.services
from accounts.models import Session
from authors.models import AuthorAccount
from tests.factories.accounts import UserFactory
from tests.factories.authors import HOLDER, IBAN, MASKED, AuthorAccountFactory
from tests.factories.books import AuthorFactory, BookFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

ME = "/api/v1/users/me/author/"
BANK_ACCOUNT = {"bank_account": {"iban": IBAN, "holder": HOLDER}}


@pytest.fixture
def jane():
    return AuthorAccountFactory(author=AuthorFactory(name="Jane Austen"))


def address(account) -> str:
    return f"/api/v1/authors/{account.author_id}/"


def test_the_author_changes_what_readers_see_and_sees_it_at_once(api, jane) -> None:
    changes = {
        "biography": "Wrote at a small table.",
        "city": "Chawton",
        "goodreads_url": "https://www.goodreads.com/author/show/1265",
    }
    answer = api.patch(address(jane), changes, headers=bearer(jane.user))
    wanted = {"id": jane.author_id, "name": "Jane Austen", "books_count": 0, "version": 2, **changes}
    assert (answer.status_code, answer.json()) == (200, wanted)


def test_readers_find_the_new_words_under_a_new_tag(api, jane, django_capture_on_commit_callbacks) -> None:
    before = api.get(address(jane))
    with django_capture_on_commit_callbacks(execute=True):
        patched = api.patch(address(jane), {"city": "Bath"}, headers=bearer(jane.user))
    after = api.get(address(jane), headers={"If-None-Match": before["ETag"]})
    assert (after.status_code, after.json()["city"], after["ETag"]) == (200, "Bath", patched["ETag"])


def test_a_librarian_changes_the_page_but_not_the_bank_account(api, jane) -> None:
    staff = bearer(UserFactory(role="librarian"))
    assert api.patch(address(jane), {"city": "Bath"}, headers=staff).status_code == 200
    refused = api.patch(address(jane), {"city": "London", **BANK_ACCOUNT}, headers=staff)
    assert (refused.status_code, refused.json()["code"]) == (403, "authorization_error")
    jane.author.refresh_from_db()
    assert (jane.author.city, AuthorAccount.objects.get().iban) == ("Bath", "")


@pytest.mark.parametrize("body", [{"city": "London"}, BANK_ACCOUNT, {"bank_account": None}])
def test_others_change_nothing(api, jane, body) -> None:
    another = AuthorAccountFactory().user
    for person in (another, UserFactory(), UserFactory(role="author")):
        refused = api.patch(address(jane), body, headers=bearer(person))
        assert (refused.status_code, refused.json()["code"]) == (403, "authorization_error")
    assert api.patch(address(jane), body).status_code == 401
    jane.author.refresh_from_db()
    assert (jane.author.city, jane.author.version) == ("", 1)
    assert set(AuthorAccount.objects.values_list("iban", flat=True)) == {""}


def test_who_was_slower_gets_412_and_changes_nothing(api, jane) -> None:
    headers = bearer(jane.user)
    tag = api.get(address(jane))["ETag"]
    books.services.update_author(author_id=jane.author_id, changes={"biography": "The librarian's"})
    stale = api.patch(address(jane), {"biography": "Mine", **BANK_ACCOUNT}, headers={**headers, "If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_object")
    assert AuthorAccount.objects.get().iban == ""
    fresh = {**headers, "If-Match": api.patch(address(jane), {}, headers=headers)["ETag"]}
    assert api.patch(address(jane), {"biography": "Mine"}, headers=fresh).json()["biography"] == "Mine"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"goodreads_url": "https://example.org/"}, "goodreads_url"),
        ({"biography": "x" * 10_001}, "biography"),
        ({"biography": None}, "biography"),
        ({"city": "x" * 121}, "city"),
        ({"bank_account": {"iban": "DE88370400440532013000", "holder": HOLDER}}, "bank_account.iban"),
        ({"bank_account": {"iban": IBAN}}, "bank_account.holder"),
        ({"bank_account": IBAN}, "bank_account.non_field_errors"),
    ],
)
def test_what_breaks_a_rule_names_its_field_and_repeats_no_iban(api, jane, body, field) -> None:
    answer = api.patch(address(jane), body, headers=bearer(jane.user))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert "3704" not in answer.content.decode()


def test_the_author_gives_and_removes_a_bank_account(api, jane) -> None:
    headers = bearer(jane.user)
    given = api.patch(address(jane), BANK_ACCOUNT, headers=headers)
    assert given.status_code == 200
    assert "bank_account" not in given.json()
    assert AuthorAccount.objects.get().iban == IBAN
    assert api.get(ME, headers=headers).json()["bank_account"] == {"state": "given", "iban": MASKED}
    api.patch(address(jane), {"bank_account": None}, headers=headers)
    assert api.get(ME, headers=headers).json()["bank_account"] == {"state": "none", "iban": ""}


def test_a_bank_account_needs_the_password_given_lately_and_other_fields_do_not(api, jane) -> None:
    headers = bearer(jane.user)
    Session.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    refused = api.patch(address(jane), {"city": "Bath", **BANK_ACCOUNT}, headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (403, "Please confirm your password first.")
    assert AuthorAccount.objects.get().iban == ""
    assert api.patch(address(jane), {"city": "Bath"}, headers=headers).json()["city"] == "Bath"


def test_the_app_sees_the_page_the_loans_and_no_bank_account_in_full(api, jane) -> None:
    book, today = BookFactory(title="Emma", author_names=["Jane Austen"]), timezone.localdate()
    books.services.record_loan(book.pk, on=today)
    body = api.get(f"{ME}?months=2", headers=bearer(jane.user)).json()
    this_month = today.replace(day=1)
    assert body == {
        "author": api.get(address(jane)).json(),
        "bank_account": {"state": "none", "iban": ""},
        "loans_by_month": [
            {"starts_on": _month_before(this_month).isoformat(), "loans": 0},
            {"starts_on": this_month.isoformat(), "loans": 1},
        ],
        "loans_by_book": [{"id": book.pk, "title": "Emma", "year": None, "recent_loans": 1, "loans_count": 1}],
    }


def test_only_an_author_has_such_a_page(api) -> None:
    assert api.get(ME).status_code == 401
    for role, status in (("customer", 403), ("librarian", 403), ("admin", 403), ("author", 404)):
        assert api.get(ME, headers=bearer(UserFactory(role=role))).status_code == status


def test_without_its_key_everything_else_is_still_there(api, jane, settings) -> None:
    headers = bearer(jane.user)
    api.patch(address(jane), BANK_ACCOUNT, headers=headers)
    settings.ENCRYPTION_KEYS = ["another-key"]
    assert api.get(ME, headers=headers).json()["bank_account"] == {"state": "unreadable", "iban": ""}


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)
