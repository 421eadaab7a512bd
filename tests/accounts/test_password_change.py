"""Changing the password: by who knows the old one; every other device is logged out, this one is not."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from library_portal.audit.models import AuditEntry
from library_portal.notifications.models import Notification
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
CHANGE, ME = "/api/v1/auth/password/change/", "/api/v1/users/me/"
NEW = "another-long-passphrase"
BODY = {"old_password": PASSWORD, "new_password": NEW}


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def browser_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_change_in_an_app_ends_every_other_session_and_not_this_one(api) -> None:
    user = UserFactory()
    here, other_app, browser = bearer(user), bearer(user), browser_of(user)
    stranger = bearer(UserFactory())
    assert api.post(CHANGE, BODY, headers=here).status_code == 204
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert api.get(ME, headers=here).status_code == 200
    assert refused(api.get(ME, headers=other_app)) == (401, "token_revoked")
    assert browser.get("/").context["user"].is_anonymous
    assert api.get(ME, headers=stranger).status_code == 200


def test_a_change_on_the_page_keeps_this_browser_with_its_session(client) -> None:
    user = UserFactory()
    app, other_browser = bearer(user), browser_of(user)
    client.force_login(user)
    session_id, key = client.session["session_id"], client.session.session_key
    assert client.post("/password/change/", BODY).url == reverse("shelf")
    assert client.get("/").context["user"] == user
    assert (client.session["session_id"], client.session.session_key != key) == (session_id, True)
    assert [str(session.pk) for session in user.sessions.filter(ended_at=None)] == [session_id]
    assert refused(Client().get(ME, headers=app)) == (401, "token_revoked")
    assert other_browser.get("/").context["user"].is_anonymous


def test_a_browser_that_changes_it_over_the_api_stays_logged_in() -> None:
    user = UserFactory()
    client = browser_of(user)
    assert client.post(CHANGE, BODY, content_type="application/json").status_code == 204
    assert client.get("/").context["user"] == user


def test_a_wrong_old_password_changes_nothing_and_counts_as_a_guess(api, client) -> None:
    user = UserFactory(second_step=False)
    here = bearer(user)
    answers = [api.post(CHANGE, BODY | {"old_password": "wrong"}, headers=here) for _ in range(11)]
    assert answers[0].json()["errors"] == {"old_password": ["This is not your password."]}
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert api.post(CHANGE, BODY, headers=here).status_code == 429
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert api.get(ME, headers=here).status_code == 200


@pytest.mark.parametrize("weak", ["short", "12345678901", "password", "library2024!", "Welcome-Portal7", "x" * 129])
def test_a_weak_new_password_is_refused_with_the_reason(api, weak) -> None:
    user = UserFactory()
    answer = api.post(CHANGE, BODY | {"new_password": weak}, headers=bearer(user))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["new_password"])
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("strong", ["  spaces around it  ", "пароль из многих слов", "a library by the sea", "x7" * 64])
def test_spaces_letters_of_any_script_and_128_characters_are_fine(api, strong) -> None:
    user = UserFactory()
    assert api.post(CHANGE, BODY | {"new_password": strong}, headers=bearer(user)).status_code == 204
    user.refresh_from_db()
    assert user.check_password(strong)


def test_the_username_is_no_password(api) -> None:
    user = UserFactory(username="margaret-hamilton")
    answer = api.post(CHANGE, BODY | {"new_password": "margaret-hamilton1"}, headers=bearer(user))
    assert list(answer.json()["errors"]) == ["new_password"]


def test_the_change_is_in_the_audit_log_and_its_owner_is_told(api) -> None:
    user = UserFactory()
    api.post(CHANGE, BODY, headers=bearer(user))
    entry = AuditEntry.objects.get(action="password_changed")
    assert (entry.who_id, entry.whom_id, entry.details) == (user.pk, user.pk, {})
    told = Notification.objects.get(user=user)
    assert (told.kind, told.title) == ("account", "Your password was changed")


def test_strangers_have_no_password_to_change(api, client) -> None:
    assert refused(api.post(CHANGE, BODY)) == (401, "authentication_error")
    assert client.post("/password/change/", BODY).url == "/login/?next=/password/change/"


def test_the_page_says_what_is_wrong_at_the_field(client) -> None:
    client.force_login(UserFactory())
    page = client.post("/password/change/", {"old_password": "wrong", "new_password": NEW})
    assert page.context["form"].errors == {"old_password": ["This is not your password."]}
    assert "no-store" in page["Cache-Control"]
    assert NEW not in page.content.decode()


def test_staff_are_led_there_from_the_admin(client) -> None:
    client.force_login(UserFactory(role=Role.LIBRARIAN))
    assert client.get("/admin/password_change/").url == "/password/change/"


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_changes_one_is_made(client) -> None:
    user = UserFactory()
    headers = [bearer(user), bearer(user)]

    def change(number: int) -> int:
        body = {"old_password": PASSWORD, "new_password": f"{NEW} {number}"}
        return client.post(CHANGE, body, content_type="application/json", headers=headers[number]).status_code

    statuses = simultaneously(2, change, connected=True)
    user.refresh_from_db()
    assert statuses.count(204) == 1
    assert user.check_password(f"{NEW} {statuses.index(204)}")
