"""Ada and the boss, and how a walk says what it leaves in the audit log.

Requests come through a trusted proxy; what is recorded is the address behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Role, User
from library_portal.audit.models import Action
from tests.accounts.codes_sent import code_from_mail
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tokens import bearer

PLACE, BROWSER = "203.0.113.7", "Reader/1.0"
FROM_THERE = {"HTTP_X_FORWARDED_FOR": f"198.51.100.1, {PLACE}", "HTTP_USER_AGENT": BROWSER, "REMOTE_ADDR": "10.0.0.1"}
API, PEOPLE = "/api/v1", "/admin/accounts/user"
NEW_PASSWORD = "another-long-passphrase"
NOBODY, ADA, BOSS = None, "ada", "boss"

Told = tuple[str | None, str | None, dict[str, Any]]
Walk = Callable[["World"], object]
walks: list[Any] = []


@dataclass
class World:
    """Ada, a patron with the second step on; the boss, an admin; and what they send requests with."""

    ada: User = field(default_factory=lambda: UserFactory(username="ada"))
    boss: User = field(default_factory=lambda: UserFactory(username="boss", role=Role.ADMIN))
    api: APIClient = field(default_factory=lambda: APIClient(**FROM_THERE))

    def post(self, path: str, body: dict[str, Any] | None = None, by: User | None = None) -> Any:
        return self.api.post(f"{API}{path}", body or {}, headers=bearer(by) if by else {})

    def log_in(self, password: str = PASSWORD, name: str = "ada") -> Any:
        return self.post("/auth/login/", {"username": name, "password": password}).json()

    def verify(self, code: str | None = None) -> Any:
        login_id = self.log_in()["login_id"]
        return self.post("/auth/verify-otp/", {"login_id": login_id, "code": code or self.code()}).json()

    def code(self) -> str:
        return code_from_mail(self.ada.email)

    def pages_of(self, user: User) -> Client:
        pages = Client(**FROM_THERE)
        pages.force_login(user)
        return pages

    def in_admin(self, path: str, form: dict[str, Any] | None = None) -> None:
        answer = self.pages_of(self.boss).post(f"{PEOPLE}/{path}", form or {})
        assert answer.status_code == 302, answer.content


def leaves(action: Action, *told: Told) -> Callable[[Walk], Walk]:
    """After this walk the log has these entries of the action, in this order, and no other."""

    def register(walk: Walk) -> Walk:
        walks.append(pytest.param(action, walk, list(told), id=f"{action}: {walk.__name__}"))
        return walk

    return register
