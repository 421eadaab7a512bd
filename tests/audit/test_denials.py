"""What a logged-in person was refused is in the audit log: once per request, and no more than one person may fill."""

import pytest
from django.test import Client

from accounts.models import Role
from library_portal.audit.models import AuditEntry
from tests.factories.accounts import UserFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
USERS = "/api/v1/users/"


def denied() -> list[tuple[int | None, str]]:
    entries = AuditEntry.objects.filter(action="access_denied").order_by("pk")
    return [(entry.who_id, entry.details["route"]) for entry in entries]


def test_each_refused_request_has_one_line_that_names_the_route_not_the_address(api) -> None:
    ada, colleague = UserFactory(role=Role.LIBRARIAN), UserFactory(role=Role.LIBRARIAN)
    for _ in range(2):
        api.patch(f"{USERS}{colleague.pk}/", {"is_active": False}, headers=bearer(ada))
    assert denied() == [(ada.pk, "api/v1/users/<int:pk>/")] * 2


def test_nobody_fills_the_log(api, settings) -> None:
    settings.DENIALS_RECORDED = ((3, 60),)
    for user in (ada := UserFactory(), grace := UserFactory()):
        headers = bearer(user)
        for _ in range(5):
            assert api.get(USERS, headers=headers).status_code == 403
    assert denied() == [(user.pk, "api/v1/users/") for user in (ada, grace) for _ in range(3)]


def test_without_redis_it_is_recorded_all_the_same(api, redis_away) -> None:
    ada = UserFactory()
    assert api.get(USERS, headers=bearer(ada)).status_code == 403
    assert denied() == [(ada.pk, "api/v1/users/")]


def test_strangers_and_the_portal_s_own_pages_leave_no_line(api, client: Client) -> None:
    assert api.get(USERS).status_code == 401
    assert Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"}).status_code == 403
    client.force_login(UserFactory())
    assert client.get("/me/").status_code == 200
    assert denied() == []
