"""Sign-up and login as people see them: forms, codes, `next`, sessions, logout, and the admin's own login."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Role, Session, User
from subscriptions.models import Wallet
from tests.accounts.codes_sent import code_from_mail, wrong_code
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def log_in(client: Client, user: User, *, at: str = "/login/", **more: str):
    return client.post(at, {"identifier": user.username, "password": PASSWORD, **more})


def give_code(client: Client, user: User):
    return client.post("/login/code/", {"code": code_from_mail(user.email)})


@pytest.mark.parametrize("path", ["/signup/", "/login/", "/admin/login/"])
def test_the_forms_are_labelled_and_never_cached(client, path) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assertions = page.content.decode()
    assert '<label for="id_password" id="id_password_label">' in assertions
    assert "csrfmiddlewaretoken" in assertions


def test_signing_up_leads_through_the_code_to_the_shelf(client) -> None:
    who = {"username": "ada", "email": "ada@library.example", "phone": "", "password": PASSWORD}
    assert client.post("/signup/", who).url == "/login/code/"
    page = client.get("/login/code/").content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    user = User.objects.get(username="ada")
    assert give_code(client, user).url == reverse("shelf")
    user.refresh_from_db()
    assert user.email_verified_at is not None
    assert client.get("/").context["user"] == user


@pytest.mark.parametrize(
    ("typed", "shown"),
    [({"email": "Ada@library.example"}, "Ada@library.example"), ({"phone": "+1 415 555 2671"}, "+14155552671")],
)
def test_who_signs_up_sees_the_address_that_was_typed(client, typed, shown) -> None:
    client.post("/signup/", {"username": "ada", "email": "", "phone": "", "password": PASSWORD, **typed})
    for page in (client.get("/login/code/"), client.post("/login/code/resend/", follow=True)):
        assert f"We have sent a code to <strong>{shown}</strong>." in page.content.decode()
        assert 'href="/signup/">Sign up again' in page.content.decode()


def test_a_login_does_not_tell_where_its_code_goes(client) -> None:
    user = UserFactory()
    log_in(client, user)
    assert user.email not in client.get("/login/code/").content.decode()


def test_errors_are_tied_to_their_fields(client) -> None:
    page = client.post("/signup/", {"username": "a b", "email": "", "password": "12345678"}).content.decode()
    for field in ("username", "email", "password"):
        assert page.count(f'id="id_{field}_error"') == page.count(f'id="id_{field}_helptext"') == 1
        assert f'aria-describedby="id_{field}_helptext id_{field}_error"' in page
    assert page.count('aria-invalid="true"') == 3
    assert "12345678" not in page


def test_a_wrong_password_and_an_unknown_name_show_the_same_page(client) -> None:
    user = UserFactory()
    pages = [
        client.post("/login/", {"identifier": name, "password": "wrong"}).context["form"].non_field_errors()
        for name in (user.username, "nobody")
    ]
    assert pages[0] == pages[1] == ["The name and the password do not fit together."]


def test_who_has_no_second_step_is_logged_in_at_once(client) -> None:
    user = UserFactory(second_step=False)
    assert log_in(client, user).url == reverse("shelf")
    session = Session.objects.get()
    assert (session.user, session.channel, session.ended_at) == (user, "web", None)
    assert client.get("/login/").url == reverse("shelf")


def test_login_goes_on_to_where_the_person_was_heading(client) -> None:
    user = UserFactory()
    assert log_in(client, user, next="/me/wallet/").url == "/login/code/"
    assert give_code(client, user).url == "/me/wallet/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "book"]
)
def test_login_never_leaves_the_portal(client, target) -> None:
    assert log_in(client, UserFactory(second_step=False), next=target).url == reverse("shelf")


def test_the_login_id_is_in_no_address_and_no_page(client) -> None:
    user = UserFactory()
    answer = log_in(client, user)
    login_id = client.session["pending_login"]["login_id"]
    assert login_id not in answer.url
    assert login_id not in client.get("/login/code/").content.decode()


def test_a_wrong_code_may_be_corrected(client) -> None:
    user = UserFactory()
    log_in(client, user)
    code = code_from_mail(user.email)
    page = client.post("/login/code/", {"code": wrong_code(code)})
    assert (page.status_code, page.context["form"].non_field_errors()) == (200, ["This code is not right."])
    assert client.post("/login/code/", {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code_costs_no_try(client, code) -> None:
    user = UserFactory()
    log_in(client, user)
    for _ in range(6):
        assert client.post("/login/code/", {"code": code}).context["form"].errors
    assert give_code(client, user).status_code == 302


def test_after_five_wrong_codes_the_login_starts_again(client) -> None:
    user = UserFactory()
    log_in(client, user, next="/me/wallet/")
    wrong = wrong_code(code_from_mail(user.email))
    answers = [client.post("/login/code/", {"code": wrong}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [302]
    assert answers[5].url == "/login/?next=%2Fme%2Fwallet%2F"
    assert client.get("/login/code/").url == "/login/"


def test_a_new_code_can_be_sent_but_not_without_end(client) -> None:
    user = UserFactory()
    log_in(client, user)
    answers = [client.post("/login/code/resend/", follow=True) for _ in range(5)]
    said = [[str(message) for message in answer.context["messages"]] for answer in answers]
    assert said == [["A new code is on its way. The one before it is void."]] * 4 + [
        ["That was too often. Please try again in 2 minutes."]
    ]
    assert give_code(client, user).status_code == 302


@pytest.mark.parametrize("path", ["/login/code/", "/login/code/resend/"])
def test_without_a_login_there_is_no_code_to_give(client, path) -> None:
    assert client.post(path, {"code": "123456"}).url == "/login/"


def test_too_many_guesses_and_a_missing_redis_are_said_with_their_status(client, redis_away) -> None:
    page = log_in(client, UserFactory())
    assert page.status_code == 503
    assert page.context["form"].non_field_errors() == [
        "This service is not available at the moment. Please try again soon."
    ]


@pytest.mark.parametrize(
    "path", ["/signup/", "/login/", "/login/code/", "/login/code/resend/", "/logout/", "/admin/login/"]
)
def test_every_form_is_protected_against_forgery(path) -> None:
    assert Client(enforce_csrf_checks=True).post(path, {}).status_code == 403


def test_logging_in_changes_the_session_key(client) -> None:
    user = UserFactory()
    log_in(client, user)
    before = client.session.session_key
    give_code(client, user)
    assert client.session.session_key != before
    assert "pending_login" not in client.session


def test_logout_is_by_post_and_ends_the_session(client) -> None:
    log_in(client, UserFactory(second_step=False))
    cookie = client.cookies["sessionid"].value
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == reverse("home")
    assert Session.objects.get().end_reason == "logged out"
    client.cookies["sessionid"] = cookie
    assert client.get("/").context["user"].is_anonymous


@pytest.mark.parametrize(
    "end",
    [
        lambda user, now: services.deactivate(user_id=user.pk, now=now),
        lambda user, now: services.end_all_sessions(user_id=user.pk, now=now, reason="revoked"),
        lambda user, now: services.change_role(user_id=user.pk, role=Role.AUTHOR, now=now),
    ],
    ids=["deactivation", "revocation", "new role"],
)
def test_a_web_session_ends_at_the_next_request_after(client, now, end) -> None:
    user = UserFactory(second_step=False)
    log_in(client, user)
    assert client.get("/").context["user"] == user
    end(user, now)
    assert client.get("/").context["user"].is_anonymous


def test_the_api_takes_the_web_session_but_not_without_its_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    user = UserFactory()
    client.force_login(user)
    assert client.get("/api/v1/users/me/").json()["username"] == user.username
    forged = client.patch("/api/v1/users/me/", {"first_name": "Eve"}, content_type="application/json")
    assert (forged.status_code, forged.json()["code"]) == (403, "authorization_error")
    assert client.get("/api/v1/auth/sessions/").json()[0]["is_current"] is True


@pytest.mark.parametrize("role", [Role.LIBRARIAN, Role.ADMIN])
def test_the_admin_asks_staff_for_their_code(client, role) -> None:
    user = UserFactory(role=role)
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert log_in(client, user, at="/admin/login/").url == "/login/code/"
    assert client.get("/admin/").status_code == 302
    assert give_code(client, user).url == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/login/").url == "/admin/"


def test_no_page_of_the_admin_lets_anybody_in_without_a_code(client) -> None:
    """The stock admin logs in whoever posts a right password to a page that they may not see."""
    client.force_login(UserFactory(role=Role.LIBRARIAN))
    admin = UserFactory(role=Role.ADMIN)
    wallet = Wallet.objects.create(user=UserFactory())
    client.post(f"/admin/subscriptions/wallet/{wallet.pk}/adjust/", {"username": admin.username, "password": PASSWORD})
    assert client.get("/admin/").context["user"].role == Role.LIBRARIAN


def test_patrons_are_not_let_into_the_admin(client) -> None:
    log_in(client, UserFactory(second_step=False))
    page = client.get("/admin/", follow=True)
    assert (page.status_code, page.request["PATH_INFO"]) == (200, "/admin/login/")
    assert "who may not see that page" in page.content.decode()


def test_nothing_is_mailed_before_the_worker_runs_and_the_page_shows_no_code(client) -> None:
    user = UserFactory()
    log_in(client, user)
    assert mail.outbox == []
    code = code_from_mail(user.email)
    assert code not in client.get("/login/code/").content.decode()
