"""Who logs in, refreshes or just reads while the account changes is out when the change is done, or in with what it
says now: no login and no token from before slips through, whatever Redis forgets."""

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import Role, User
from accounts.services.sessions import Device, issue_tokens, open_session
from library_portal.redis import client as redis_client
from tests.accounts.codes_sent import code_from_mail
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN, VERIFY, REFRESH = "/api/v1/auth/login/", "/api/v1/auth/verify-otp/", "/api/v1/auth/refresh/"
ME = "/api/v1/users/me/"
CHANGES: dict[str, Callable[[User], Any]] = {
    "password": lambda user: services.set_password(user_id=user.pk, password="another-passphrase", now=timezone.now()),
    "second step": lambda user: services.set_second_step(user_id=user.pk, on=True, now=timezone.now()),
    "deactivation": lambda user: services.deactivate(user_id=user.pk, now=timezone.now()),
    "role": lambda user: services.change_role(user_id=user.pk, role=Role.AUTHOR, now=timezone.now()),
    "deletion": lambda user: services.delete_account(user_id=user.pk, now=timezone.now()),
}


def post(client: Client, path: str, **body: str):
    return client.post(path, body, content_type="application/json")


def reads(client: Client, token: str):
    return client.get(ME, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("change", ["password", "second step", "deactivation", "deletion"])
def test_a_password_that_was_right_a_moment_ago_opens_no_session(client, monkeypatch, change) -> None:
    user = UserFactory(second_step=False)
    looked_at = User.check_password

    def changed_right_after(person: User, password: str) -> bool:
        was_right = looked_at(person, password)
        simultaneously(1, lambda _: CHANGES[change](user))
        return was_right

    monkeypatch.setattr(User, "check_password", changed_right_after)
    answer = post(client, LOGIN, username=user.username, password=PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_error")
    assert not user.sessions.exists()


@pytest.mark.parametrize("change", ["password", "deactivation", "role", "deletion"])
def test_codes_refreshes_and_reads_during_a_change_leave_nothing_of_before(client, change) -> None:
    user, now = UserFactory(), timezone.now()
    old = issue_tokens(session=open_session(user=user, channel="api", device=Device(), now=now), user=user, now=now)
    login_id = post(client, LOGIN, username=user.username, password=PASSWORD).json()["login_id"]
    code = code_from_mail(user.email)
    acts: list[Callable[[], Any]] = [
        lambda: CHANGES[change](user),
        lambda: post(client, VERIFY, login_id=login_id, code=code).json().get("access", ""),
        lambda: post(client, REFRESH, refresh=old.refresh).json().get("access", ""),
        lambda: redis_client().flushdb(),
        *[lambda: reads(client, old.access)] * 4,
    ]
    _changed, by_code, by_refresh, *_others = simultaneously(len(acts), lambda n: acts[n](), connected=True)
    assert {reads(client, token).status_code for token in (old.access, by_refresh)} == {401}
    if reads(client, by_code).status_code == 200:  # the login came after the change
        assert (change, jwt.decode(by_code, options={"verify_signature": False})["role"]) == ("role", Role.AUTHOR)
