"""`/me/security/` and its API: everybody sees and changes the protection of their own account, after the password."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts import queries
from accounts.device_names import device_in_words
from accounts.models import Authenticator, Role, Session
from accounts.services.sessions import Device, open_session
from library_portal import audit
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.authenticators import AuthenticatorFactory, code_of, recovery_codes_of
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
PAGE, TOTP, SECOND_STEP = "/me/security/", "/api/v1/auth/totp/", "/api/v1/auth/second-step/"
SESSIONS = "/api/v1/auth/sessions/"
ACTIONS = ["second-step/", "authenticator/begin/", "authenticator/remove/", "recovery-codes/"]
SESSION_ACTIONS = ["sessions/end-others/", f"sessions/{UUID(int=7)}/end/"]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def browser(client, user) -> Client:
    client.force_login(user)
    return client


def long_ago(user) -> None:
    """The password was given an hour ago."""
    Session.objects.filter(user=user).update(confirmed_at=timezone.now() - timedelta(hours=1))


def said(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def elsewhere(user, **device: str) -> Session:
    return open_session(user=user, channel=Session.Channel.API, device=Device(**device), now=timezone.now())


# --- The page


@pytest.mark.parametrize("path", ["", "authenticator/"])
def test_strangers_are_sent_to_the_login(client, path) -> None:
    assert client.get(PAGE + path).url == f"/login/?next=/me/security/{path}"


@pytest.mark.parametrize("path", [*ACTIONS, *SESSION_ACTIONS])
def test_actions_take_only_posts_of_ones_own_form(user, path) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.get(PAGE + path).status_code == 405
    assert strict.post(PAGE + path).status_code == 403
    assert Client().post(PAGE + path).url.startswith("/login/")


def test_the_page_tells_how_the_account_is_protected(browser) -> None:
    page = browser.get(PAGE)
    assert "no-store" in page["Cache-Control"]
    assert "code that comes by e-mail" in page.content.decode()
    assert 'href="/password/change/"' in page.content.decode()


def test_devices_are_named_and_this_one_stands_first(client, user) -> None:
    client.force_login(user)
    later = elsewhere(user, address="198.51.100.7", user_agent=FIREFOX)
    elsewhere(UserFactory(), user_agent="Other/1.0")
    shown = client.get(PAGE).context["sessions"]
    assert [(session["device"], session["is_current"]) for session in shown] == [
        ("Unknown device", True),
        ("Firefox on Windows", False),
    ]
    assert shown[1]["row"] == later


def test_one_device_is_logged_out(browser, user) -> None:
    other = elsewhere(user)
    answer = browser.post(f"{PAGE}sessions/{other.pk}/end/", follow=True)
    assert said(answer) == ["That device is logged out."]
    assert [session["is_current"] for session in answer.context["sessions"]] == [True]


def test_nobody_logs_out_the_device_of_another(browser) -> None:
    foreign = elsewhere(UserFactory())
    assert browser.post(f"{PAGE}sessions/{foreign.pk}/end/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.ended_at is None


def test_all_other_devices_are_logged_out(browser, user) -> None:
    for _ in range(2):
        elsewhere(user)
    foreign = elsewhere(UserFactory())
    answer = browser.post(f"{PAGE}sessions/end-others/", follow=True)
    assert said(answer) == ["2 other devices are logged out."]
    assert list(queries.open_sessions(user_id=user.pk, now=timezone.now()).values_list("channel", flat=True)) == ["web"]
    assert queries.open_sessions(user_id=foreign.user_id, now=timezone.now()).count() == 1


def test_the_last_twenty_events_of_ones_own_account_are_shown(browser, user) -> None:
    other, librarian = UserFactory(), UserFactory(role=Role.LIBRARIAN)
    audit.record("password_refused", whom_id=other.pk)
    for _ in range(20):
        audit.record("logged_in", who_id=user.pk, whom_id=user.pk)
    audit.record("second_step_reset", who_id=librarian.pk, whom_id=user.pk)
    events = browser.get(PAGE).context["events"]
    assert [event["what"] for event in events] == ["Second step reset"] + ["Logged in"] * 19
    assert [event["by_staff"] for event in events] == [True] + [False] * 19


def test_events_are_said_in_their_owners_words(browser, user) -> None:
    audit.record("person_added", whom_id=user.pk)
    browser.post("/me/profile/", {"first_name": "Ada", "last_name": "King"})
    browser.post("/me/profile/loan-history/", {"keep": "1"})
    browser.post("/me/profile/loan-history/", {"forget": "1"})
    said = [event["what"] for event in browser.get(PAGE).context["events"]]
    assert said[:4] == ["Loan history turned off", "Loan history turned on", "Profile changed", "Account opened"]


def test_the_page_asks_for_few_rows_however_many_devices_there_are(
    browser, user, django_assert_max_num_queries
) -> None:
    for _ in range(30):
        elsewhere(user)
        audit.record("logged_in", who_id=user.pk, whom_id=user.pk)
    with django_assert_max_num_queries(10):
        browser.get(PAGE)


# --- The second step


def test_setting_up_an_app_shows_the_key_then_the_recovery_codes_once(browser, user) -> None:
    assert browser.post(f"{PAGE}authenticator/begin/").url == f"{PAGE}authenticator/"
    page = browser.get(f"{PAGE}authenticator/")
    secret = Authenticator.objects.get(user=user).secret
    text = page.content.decode()
    assert page.context["key"].replace(" ", "") == secret
    assert "no-store" in page["Cache-Control"]
    assert '<svg viewBox="0 0 ' in text
    assert "style=" not in text[text.index('class="qr-paper"') :]
    codes = browser.post(f"{PAGE}authenticator/", {"code": code_of(secret)})
    assert "no-store" in codes["Cache-Control"]
    assert codes.content.decode().count("<li><code>") == len(codes.context["codes"]) == 10
    assert browser.get(f"{PAGE}authenticator/").url == PAGE
    assert "10 left" in browser.get(PAGE).content.decode()


def test_a_wrong_first_code_may_be_corrected(browser, user) -> None:
    browser.post(f"{PAGE}authenticator/begin/")
    secret = Authenticator.objects.get(user=user).secret
    page = browser.post(f"{PAGE}authenticator/", {"code": code_of(secret, steps=9)})
    assert page.context["form"].errors == {"code": ["This is not the code that the app shows now."]}
    assert page.context["key"].replace(" ", "") == secret


def test_the_form_sent_twice_leads_back_and_changes_nothing(browser, user) -> None:
    browser.post(f"{PAGE}authenticator/begin/")
    code = {"code": code_of(Authenticator.objects.get(user=user).secret)}
    codes = browser.post(f"{PAGE}authenticator/", code).context["codes"]
    assert browser.post(f"{PAGE}authenticator/", code).url == PAGE
    assert (len(codes), queries.recovery_codes_left(user_id=user.pk)) == (10, 10)


def test_an_app_is_removed(client) -> None:
    user = AuthenticatorFactory().user
    client.force_login(user)
    answer = client.post(f"{PAGE}authenticator/remove/", follow=True)
    assert said(answer) == ["The authenticator app is removed. Codes are sent to you again."]
    assert queries.authenticator(user_id=user.pk) is None


def test_new_recovery_codes_are_shown_on_the_spot(client) -> None:
    user = AuthenticatorFactory().user
    client.force_login(user)
    page = client.post(f"{PAGE}recovery-codes/")
    assert "no-store" in page["Cache-Control"]
    assert re.findall(r"<code>(.*?)</code>", page.content.decode()) == page.context["codes"]


def test_without_an_app_there_are_no_recovery_codes(browser) -> None:
    assert said(browser.post(f"{PAGE}recovery-codes/", follow=True)) == ["No authenticator app is set up."]


def test_a_patron_turns_the_second_step_off_and_on(browser, user) -> None:
    for value, expected, event in (("0", False, "Second step turned off"), ("1", True, "Second step turned on")):
        page = browser.post(f"{PAGE}second-step/", {"on": value}, follow=True)
        user.refresh_from_db()
        assert (user.second_step, page.context["events"][0]["what"]) == (expected, event)


def test_staff_keep_their_second_step(client) -> None:
    user = UserFactory(role=Role.LIBRARIAN)
    client.force_login(user)
    assert "Turn off" not in client.get(PAGE).content.decode()
    answer = client.post(f"{PAGE}second-step/", {"on": "0"}, follow=True)
    assert said(answer) == ["Librarians and admins always have a second step."]


@pytest.mark.parametrize("path", ACTIONS)
def test_an_action_long_after_the_login_asks_for_the_password_and_leads_back(browser, user, path) -> None:
    long_ago(user)
    asked = browser.post(PAGE + path, {"on": "0"})
    assert asked.url == "/me/security/confirm/?next=%2Fme%2Fsecurity%2F"
    assert browser.post(asked.url, {"password": PASSWORD, "next": PAGE}).url == PAGE
    user.refresh_from_db()
    assert (user.second_step, Authenticator.objects.count()) == (True, 0)
    assert browser.post(PAGE + path, {"on": "0"}).status_code == 302
    user.refresh_from_db()
    assert (user.second_step, Authenticator.objects.count()) == {
        "second-step/": (False, 0),
        "authenticator/begin/": (True, 1),
    }.get(path, (True, 0))


def test_the_key_is_shown_only_after_the_password(browser, user) -> None:
    browser.post(f"{PAGE}authenticator/begin/")
    long_ago(user)
    assert browser.get(f"{PAGE}authenticator/").url == "/me/security/confirm/?next=%2Fme%2Fsecurity%2Fauthenticator%2F"


# --- The API


def test_the_api_sets_up_an_app(api, user) -> None:
    me = bearer(user)
    begun = api.post(TOTP, headers=me)
    enrolment = begun.json()
    assert (begun.status_code, set(enrolment)) == (201, {"secret", "uri", "svg"})
    assert "no-store" in begun["Cache-Control"]
    assert enrolment["svg"].startswith("<svg ")
    nothing_yet = {"is_set_up": False, "confirmed_at": None, "recovery_codes_left": 0}
    assert api.get(TOTP, headers=me).json() == nothing_yet
    confirmed = api.post(f"{TOTP}confirm/", {"code": code_of(enrolment["secret"])}, headers=me)
    assert (confirmed.status_code, len(confirmed.json()["recovery_codes"])) == (200, 10)
    state = api.get(TOTP, headers=me).json()
    assert (state["is_set_up"], state["recovery_codes_left"]) == (True, 10)
    again = api.post(TOTP, headers=me)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert api.delete(TOTP, headers=me).status_code == api.delete(TOTP, headers=me).status_code == 204
    assert api.get(TOTP, headers=me).json() == nothing_yet


@pytest.mark.parametrize(
    ("path", "more", "said"),
    [
        (f"{TOTP}confirm/", {}, "The code has six digits."),
        (
            "/api/v1/auth/verify-otp/",
            {"login_id": "x"},
            "A code has six digits; a recovery code has ten letters and digits.",
        ),
    ],
)
def test_what_cannot_be_a_code_is_told_how_codes_look(api, user, path, more, said) -> None:
    answer = api.post(path, {"code": "12", **more}, headers=bearer(user))
    assert (answer.status_code, answer.json()["errors"]) == (400, {"code": [said]})


def test_a_wrong_first_code_is_an_error_at_its_field(api, user) -> None:
    me = bearer(user)
    secret = api.post(TOTP, headers=me).json()["secret"]
    answer = api.post(f"{TOTP}confirm/", {"code": code_of(secret, steps=9)}, headers=me)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["code"])


def test_the_api_makes_new_recovery_codes(api) -> None:
    user = AuthenticatorFactory().user
    old = recovery_codes_of(user)
    new = api.post(f"{TOTP}recovery-codes/", headers=bearer(user)).json()["recovery_codes"]
    assert (len(new), set(new) & set(old)) == (10, set())


def test_the_api_turns_the_second_step_off_for_patrons_only(api, user) -> None:
    answer = api.put(SECOND_STEP, {"on": False}, headers=bearer(user))
    assert (answer.status_code, answer.json()) == (200, {"on": False})
    user.refresh_from_db()
    assert not user.second_step
    refused = api.put(SECOND_STEP, {"on": False}, headers=bearer(UserFactory(role=Role.ADMIN)))
    assert (refused.status_code, refused.json()["code"]) == (403, "authorization_error")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", TOTP, {}),
        ("post", f"{TOTP}confirm/", {"code": "123456"}),
        ("post", f"{TOTP}recovery-codes/", {}),
        ("delete", TOTP, {}),
        ("put", SECOND_STEP, {"on": False}),
    ],
)
def test_the_api_asks_for_the_password_long_after_the_login(api, method, path, body) -> None:
    user = AuthenticatorFactory().user
    me = bearer(user)
    long_ago(user)
    answer = getattr(api, method)(path, body, headers=me)
    assert (answer.status_code, answer.json()["code"]) == (403, "confirmation_needed")
    user.refresh_from_db()
    assert user.second_step
    assert queries.authenticator(user_id=user.pk) is not None


def test_the_api_logs_all_other_devices_out(api, user) -> None:
    me, other = bearer(user), elsewhere(user)
    assert api.delete(SESSIONS, headers=me).status_code == 204
    assert [session["is_current"] for session in api.get(SESSIONS, headers=me).json()] == [True]
    other.refresh_from_db()
    assert other.end_reason == "logged out"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari on macOS"),
        ("Reader/1.0", "Reader"),
        ("okhttp/4.12 (Android 15)", "Android"),
        ("", "Unknown device"),
        ("/", "Unknown device"),
    ],
)
def test_devices_are_called_what_people_call_them(user_agent, words) -> None:
    assert device_in_words(user_agent) == words
