"""The audit log in the admin: admins look, search and export; nobody changes it."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Role, User
from library_portal import audit
from library_portal.audit.admin import AuditAdmin
from library_portal.audit.models import Action, AuditEntry
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
LOG = "/admin/audit/auditentry/"


def client_of(role: Role) -> Client:
    client = Client()
    client.force_login(UserFactory(role=role))
    return client


@pytest.fixture
def admin() -> Client:
    return client_of(Role.ADMIN)


@pytest.fixture
def ada() -> User:
    return UserFactory(username="ada")


@pytest.fixture
def entries(ada: User) -> list[AuditEntry]:
    grace = UserFactory(username="grace")
    audit.record(Action.ROLE_CHANGED, who_id=grace.pk, whom_id=ada.pk, before="customer", after="author")
    audit.record(Action.PERSON_CHANGED, who_id=ada.pk, whom_id=grace.pk, fields=["email", "phone"])
    audit.record(Action.PASSWORD_REFUSED)
    AuditEntry.objects.filter(action=Action.PASSWORD_REFUSED).update(address="203.0.113.7")
    return list(AuditEntry.objects.order_by("pk"))


def shown(admin: Client, **query: object) -> list[AuditEntry]:
    return list(admin.get(LOG, query).context["cl"].result_list)


def test_the_newest_come_first_in_words_with_links_to_the_people(admin, ada, entries) -> None:
    assert shown(admin) == entries[::-1]
    page = admin.get(LOG).content.decode()
    for words in ("after: author · before: customer", "fields: email, phone", "Wrong name or password", "203.0.113.7"):
        assert words in page, words
    assert f'<a href="/admin/accounts/user/{ada.pk}/change/">ada</a>' in page


def test_one_entry_has_a_page_of_its_own(admin, entries) -> None:
    page = admin.get(f"{LOG}{entries[0].pk}/change/")
    assert (page.status_code, "after: author · before: customer" in page.content.decode()) == (200, True)


def test_it_is_searched_by_whole_usernames_and_addresses(admin, entries) -> None:
    changed, person, refused = entries
    assert shown(admin, q="ADA") == [person, changed]
    assert shown(admin, q="203.0.113.7") == [refused]
    assert shown(admin, q="ad") == shown(admin, q="203.0.113") == []


def test_it_is_narrowed_by_action_and_date(admin, entries) -> None:
    assert shown(admin, action="role_changed") == [entries[0]]
    assert shown(admin, action="nothing") == []
    assert shown(admin, at__gte="2000-01-01", at__lt="2001-01-01") == []
    assert len(shown(admin, at__gte="2000-01-01", action="role_changed", q="ada")) == 1


@pytest.mark.parametrize("query", ["at__gte=x", "at__gte=0001-01-01", "at__gte=99999-01-01", "p=x", "o=9.x", "x=1"])
def test_a_tampered_filter_is_refused_or_ignored(admin, entries, query) -> None:
    for path in (LOG, f"{LOG}export/"):
        assert admin.get(f"{path}?{query}").status_code in (200, 302, 400)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_adds_changes_or_deletes(role: Role, entries) -> None:
    client, before = client_of(role), list(AuditEntry.objects.order_by("pk").values())
    changes = {"action": "signed_up", "details": "{}", "post": "yes"}
    for path in ("add/", f"{entries[0].pk}/change/", f"{entries[0].pk}/delete/"):
        assert client.post(LOG + path, changes).status_code == (403 if role in ("librarian", "admin") else 302)
    client.post(LOG, {"action": "delete_selected", "_selected_action": [entries[0].pk], "post": "yes"})
    assert [one for one in AuditEntry.objects.order_by("pk").values() if one["id"] <= before[-1]["id"]] == before


@pytest.mark.parametrize("path", ["", "export/", "{pk}/change/", "{pk}/history/"])
def test_librarians_do_not_look(entries, path) -> None:
    assert client_of(Role.LIBRARIAN).get(LOG + path.format(pk=entries[0].pk)).status_code == 403


def test_the_filtered_list_is_exported_row_by_row(admin, entries) -> None:
    answer = admin.get(f"{LOG}export/", {"q": "ada", "action": "role_changed"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    [_header, row] = rows
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "text/csv; charset=utf-8",
        'attachment; filename="audit-log.csv"',
    )
    assert row[1:4] + row[6:] == ["role_changed", "grace", "ada", '{"after": "author", "before": "customer"}']


@pytest.mark.parametrize("agent", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_what_a_browser_calls_itself_is_no_formula(admin, entries, agent) -> None:
    AuditEntry.objects.filter(pk=entries[0].pk).update(user_agent=agent)
    answer = admin.get(f"{LOG}export/", {"action": "role_changed"})
    assert list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))[1][5] == f"'{agent}"


def test_the_list_takes_the_same_number_of_queries_however_long(admin, ada, django_assert_max_num_queries) -> None:
    for _ in range(60):
        audit.record(Action.LOGGED_IN, who_id=ada.pk, whom_id=ada.pk)
    with django_assert_max_num_queries(9):
        assert len(shown(admin)) == AuditAdmin.list_per_page


def test_every_way_to_look_has_its_index_among_50_000(ada) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditentry (action, who_id, whom_id, address, user_agent, details) "
            "SELECT 'logged_in', %s, %s, '203.0.113.7', '', '{}' FROM generate_series(1, 50000)",
            [ada.pk, ada.pk],
        )
        cursor.execute("ANALYZE audit_auditentry")
    rare = {"action": "role_changed", "address": "198.51.100.1", "whom": ada.pk + 1, "who": ada.pk + 1}
    ways = [
        {},
        {"action": "logged_in"},
        {"at__gte": datetime(2000, 1, 1, tzinfo=UTC)},
        *({name: value} for name, value in rare.items()),
    ]
    for way in ways:
        plan = AuditEntry.objects.filter(**way).order_by("-id")[:51].explain()
        assert "Seq Scan" not in plan, (way, plan)
