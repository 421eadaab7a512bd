"""People and sessions in the admin: admins change them by the services, librarians look, nobody sees a password."""

import pytest
from django.test import Client

from accounts.models import Role, Session, User
from library_portal.outbox.models import OutboxEvent
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tokens import access_token

pytestmark = pytest.mark.django_db
PEOPLE, SESSIONS = "/admin/accounts/user/", "/admin/accounts/session/"


def client_of(role: Role) -> Client:
    client = Client()
    client.force_login(UserFactory(role=role))
    return client


@pytest.fixture
def admin() -> Client:
    return client_of(Role.ADMIN)


def form_of(user: User, **changes: object) -> dict[str, object]:
    form = {"username": user.username, "email": user.email, "role": user.role, "code_channel": "email"}
    form |= {"second_step": "on", "is_active": "on", **changes}
    return {field: value for field, value in form.items() if value is not None}


@pytest.mark.parametrize("path", [PEOPLE, SESSIONS])
def test_lists_take_the_same_number_of_queries_however_long(admin, path, django_assert_max_num_queries) -> None:
    for user in UserFactory.create_batch(30):
        access_token(user)
    with django_assert_max_num_queries(12):
        assert admin.get(path).status_code == 200


def test_people_are_found_by_name_and_address(admin) -> None:
    UserFactory(username="ada", email="countess@library.example", last_name="Lovelace", phone="+14155552671")
    UserFactory(username="grace")
    for words in ("ada", "countess", "lovelace", "4155552671"):
        assert [user.username for user in admin.get(PEOPLE, {"q": words}).context["cl"].queryset] == ["ada"]


def test_the_password_is_never_shown(admin) -> None:
    user = UserFactory()
    page = admin.get(f"{PEOPLE}{user.pk}/change/").content.decode()
    assert "argon2" not in page
    assert user.password.split("$")[-1] not in page


def test_an_admin_adds_a_librarian_who_gets_the_permissions(admin) -> None:
    form = {"username": "lib", "email": "lib@library.example", "role": "librarian", "password": PASSWORD}
    assert admin.post(f"{PEOPLE}add/", form).status_code == 302
    user = User.objects.get(username="lib")
    assert (user.is_staff, user.second_step, user.check_password(PASSWORD)) == (True, True, True)
    assert user.has_perm("books.change_book")
    assert OutboxEvent.objects.filter(name="user.created", payload__user_id=user.pk).exists()


def test_changing_role_and_activity_goes_through_the_services(admin) -> None:
    user = UserFactory()
    access_token(user)
    assert admin.post(f"{PEOPLE}{user.pk}/change/", form_of(user, role="admin")).status_code == 302
    user.refresh_from_db()
    assert (user.role, user.is_superuser) == (Role.ADMIN, True)
    assert user.sessions.get().end_reason == "role changed"
    access_token(user)
    admin.post(f"{PEOPLE}{user.pk}/change/", form_of(user, role="customer", is_active=None))
    user.refresh_from_db()
    assert (user.role, user.is_superuser, user.is_active) == (Role.CUSTOMER, False, False)
    assert not user.sessions.filter(ended_at=None).exists()
    assert OutboxEvent.objects.filter(name="user.deactivated", payload={"user_id": user.pk}).count() == 1


def test_staff_without_a_second_step_are_refused(admin) -> None:
    user = UserFactory()
    page = admin.post(f"{PEOPLE}{user.pk}/change/", form_of(user, role="librarian", second_step=None))
    assert list(page.context["adminform"].form.errors) == ["second_step"]


def test_a_new_password_ends_the_sessions(admin) -> None:
    user = UserFactory()
    access_token(user)
    new = "another-long-passphrase"
    answer = admin.post(f"{PEOPLE}{user.pk}/password/", {"password1": new, "password2": new})
    user.refresh_from_db()
    assert (answer.status_code, user.check_password(new)) == (302, True)
    assert user.sessions.get().end_reason == "password changed"


def test_sessions_are_read_only_but_can_be_ended(admin) -> None:
    user = UserFactory()
    access_token(user)
    session = user.sessions.get()
    assert admin.post(f"{SESSIONS}{session.pk}/change/", {}).status_code == 403
    assert admin.get(f"{SESSIONS}add/").status_code == 403
    admin.post(SESSIONS, {"action": "end", "_selected_action": [str(session.pk)]})
    session.refresh_from_db()
    assert session.end_reason == "ended by an admin"


def test_all_sessions_of_people_can_be_ended(admin) -> None:
    users = UserFactory.create_batch(2)
    for user in users:
        access_token(user)
    admin.post(PEOPLE, {"action": "end_sessions", "_selected_action": [user.pk for user in users]})
    assert not Session.objects.filter(user__in=users, ended_at=None).exists()


def test_a_librarian_looks_but_does_not_change() -> None:
    librarian = client_of(Role.LIBRARIAN)
    user = UserFactory()
    assert librarian.get(PEOPLE).status_code == 200
    assert librarian.get(f"{PEOPLE}{user.pk}/change/").status_code == 200
    assert librarian.post(f"{PEOPLE}{user.pk}/change/", form_of(user, role="admin")).status_code == 403
    assert librarian.get(f"{PEOPLE}add/").status_code == 403
    assert librarian.get(f"{PEOPLE}{user.pk}/password/").status_code == 403
