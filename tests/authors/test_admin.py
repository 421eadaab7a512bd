"""Linking in the admin: admins do it, librarians look, bank accounts are shown to nobody."""

import pytest

from authors.models import AuthorAccount
from library_portal.audit.models import AuditEntry
from tests.factories.accounts import UserFactory
from tests.factories.authors import HOLDER, IBAN, AuthorAccountFactory
from tests.factories.books import AuthorFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/authors/authoraccount/"


@pytest.fixture
def admin(client):
    client.force_login(UserFactory(role="admin", username="root"))
    return client


def audited():
    return list(AuditEntry.objects.filter(action__startswith="author_").order_by("pk").values_list("action", "whom"))


def test_an_admin_links_and_unlinks(admin) -> None:
    author, user = AuthorFactory(), UserFactory()
    assert admin.post(f"{LIST}add/", {"author": author.pk, "user": user.pk}).status_code == 302
    account = AuthorAccount.objects.get()
    user.refresh_from_db()
    assert (account.author_id, account.user_id, user.role) == (author.pk, user.pk, "author")
    assert admin.post(f"{LIST}{account.pk}/delete/", {"post": "yes"}).status_code == 302
    assert audited() == [("author_linked", user.pk), ("author_unlinked", user.pk)]


def test_the_author_to_link_is_found_by_a_part_of_the_name_in_order(admin) -> None:
    for name in ("Leo Tolstoy", "Jane Austen", "Alexei Tolstoy"):
        AuthorFactory(name=name)
    asked = {"app_label": "authors", "model_name": "authoraccount", "field_name": "author", "term": "tolst"}
    found = admin.get("/admin/autocomplete/", asked).json()["results"]
    assert [author["text"] for author in found] == ["Alexei Tolstoy", "Leo Tolstoy"]


def test_unlinking_several_is_audited_one_by_one(admin) -> None:
    accounts = AuthorAccountFactory.create_batch(2)
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in accounts], "post": "yes"}
    admin.post(LIST, chosen)
    assert sorted(audited()) == sorted(("author_unlinked", row.user_id) for row in accounts)


@pytest.mark.parametrize("role", ["librarian", "admin"])
def test_staff_can_not_be_linked(admin, role) -> None:
    answer = admin.post(f"{LIST}add/", {"author": AuthorFactory().pk, "user": UserFactory(role=role).pk})
    assert "Only patrons with an open account" in answer.content.decode()
    assert not AuthorAccount.objects.exists()


def test_a_second_link_is_an_error_at_its_field(admin) -> None:
    linked = AuthorAccountFactory()
    answer = admin.post(f"{LIST}add/", {"author": linked.author_id, "user": UserFactory().pk})
    assert set(answer.context["adminform"].form.errors) == {"author"}


def test_librarians_look_and_change_nothing(client) -> None:
    client.force_login(UserFactory(role="librarian"))
    account = AuthorAccountFactory()
    assert client.get(LIST).status_code == 200
    assert client.post(f"{LIST}add/", {"author": AuthorFactory().pk, "user": UserFactory().pk}).status_code == 403
    assert client.post(f"{LIST}{account.pk}/delete/", {"post": "yes"}).status_code == 403
    assert AuthorAccount.objects.count() == 1


def test_no_page_of_the_admin_shows_a_bank_account_or_fails_without_its_key(admin, settings) -> None:
    account = AuthorAccountFactory(iban=IBAN, account_holder=HOLDER)
    for keys in (settings.ENCRYPTION_KEYS, ["another-key"]):
        settings.ENCRYPTION_KEYS = keys
        for address in (LIST, f"{LIST}{account.pk}/change/", f"{LIST}{account.pk}/delete/"):
            answer = admin.get(address)
            assert answer.status_code == 200
            assert "3000" not in answer.content.decode()
            assert HOLDER not in answer.content.decode()


def test_a_linked_author_is_not_deleted_from_the_catalogue(admin) -> None:
    account = AuthorAccountFactory()
    admin.post(f"/admin/books/author/{account.author_id}/delete/", {"post": "yes"})
    assert AuthorAccount.objects.filter(author=account.author_id).exists()
