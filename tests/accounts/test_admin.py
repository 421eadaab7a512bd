"""People and sessions in the admin: admins change them by the services, librarians look, nobody sees a password."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, Session, User
from library_portal.outbox.models import OutboxEvent
from tests.factories.accounts import UserFactory
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
    form = {"username": user.username, "email": user.email, "role": user.role, "code_channel": "email"} | changes
    return {field: value for field, value in form.items() if value is not None}


@pytest.mark.parametrize("path", [PEOPLE, SESSIONS])
def test_lists_take_the_same_number_of_queries_however_long(admin, path, django_assert_max_num_queries) -> None:
    for user in UserFactory.create_batch(30):
        access_token(user)
    with django_assert_max_num_queries(12):
        assert admin.get(path).status_code == 200


def test_devices_are_called_what_people_call_them(admin) -> None:
    user = UserFactory()
    access_token(user)
    user.sessions.update(user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
    for page in (SESSIONS, f"{PEOPLE}{user.pk}/change/"):
        shown = admin.get(page).content.decode()
        assert "Firefox on Linux" in shown
        assert "Gecko" not in shown


def test_who_enters_a_patron_is_told_where_the_invitation_goes() -> None:
    page = client_of(Role.LIBRARIAN).get("/admin/accounts/patron/add/").content.decode()
    assert "Or a phone: a link to set the password goes there." in page


def test_people_are_found_by_name_and_address(admin) -> None:
    UserFactory(username="ada", email="countess@library.example", last_name="Lovelace", phone="+14155552671")
    UserFactory(username="grace")
    for words in ("ada", "Countess", "love", "+1415555", "ADA lovelace"):
        assert [user.username for user in admin.get(PEOPLE, {"q": words}).context["cl"].queryset] == ["ada"]


def test_the_password_is_never_shown(admin) -> None:
    user = UserFactory()
    page = admin.get(f"{PEOPLE}{user.pk}/change/").content.decode()
    assert "argon2" not in page
    assert user.password.split("$")[-1] not in page


def test_an_admin_adds_a_librarian_who_gets_the_permissions_and_a_link_to_set_the_password(admin) -> None:
    form = {"username": "lib", "email": "lib@library.example", "role": "librarian"}
    assert admin.post(f"{PEOPLE}add/", form).status_code == 302
    user = User.objects.get(username="lib")
    assert (user.is_staff, user.second_step, user.has_usable_password()) == (True, True, False)
    assert user.has_perm("books.change_book")
    told = OutboxEvent.objects.filter(payload__user_id=user.pk).order_by("pk")
    assert list(told.values_list("name", flat=True)) == ["user.created", "user.password_reset_requested"]


def test_a_new_role_goes_through_the_service(admin) -> None:
    user = UserFactory()
    access_token(user)
    assert admin.post(f"{PEOPLE}{user.pk}/change/", form_of(user, role="admin")).status_code == 302
    user.refresh_from_db()
    assert (user.role, user.is_superuser) == (Role.ADMIN, True)
    assert user.sessions.get().end_reason == "role changed"


def test_nobody_takes_away_their_own_role_or_access() -> None:
    me = UserFactory(role=Role.ADMIN)
    client = Client()
    client.force_login(me)
    client.post(f"{PEOPLE}{me.pk}/change/", form_of(me, role="customer", first_name="Ada"))
    answer = client.post(f"{PEOPLE}{me.pk}/deactivate/", follow=True)
    me.refresh_from_db()
    assert (me.role, me.is_active, me.first_name) == (Role.ADMIN, True, "Ada")
    assert [str(one) for one in answer.context["messages"]][-1:] == ["Another admin must do this to your own account."]


def test_a_new_address_is_not_confirmed_and_one_that_stays_is(admin) -> None:
    user = UserFactory(phone="+14155552671", phone_verified_at=timezone.now())
    access_token(user)
    admin.post(f"{PEOPLE}{user.pk}/change/", form_of(user, email="new@library.example", phone="+14155552671"))
    user.refresh_from_db()
    assert (user.email, user.email_verified_at, user.phone_verified_at is None) == ("new@library.example", None, False)
    assert user.sessions.get().end_reason == "address changed"


def test_a_name_or_address_of_somebody_else_is_an_error_at_its_field(admin) -> None:
    UserFactory(username="ada", email="ada@library.example", phone="+14155552671")
    other = UserFactory()
    wanted = form_of(other, username="ADA", email="Ada@Library.example", phone="+1 415 555 2671")
    page = admin.post(f"{PEOPLE}{other.pk}/change/", wanted)
    assert sorted(page.context["adminform"].form.errors) == ["email", "phone", "username"]


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
    assert admin.post(f"{PEOPLE}{users[0].pk}/end-sessions/").status_code == 302
    assert Session.objects.get(user=users[0]).end_reason == "ended by an admin"
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
