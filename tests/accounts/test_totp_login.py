"""Logging in with an authenticator app or a recovery code, over the API, on the pages and into the admin."""

from collections import Counter

import pytest
from django.core import mail
from django.utils import timezone

from accounts import codes, queries, services
from accounts.models import Role
from library_portal.audit.models import AuditEntry
from library_portal.outbox.delivery import deliver_pending
from library_portal.redis import client as redis_client
from tests.accounts.codes_sent import code_from_mail
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.authenticators import AuthenticatorFactory, code_of, recovery_codes_of, wrong_code_of

pytestmark = pytest.mark.django_db
LOGIN, VERIFY, RESEND = "/api/v1/auth/login/", "/api/v1/auth/verify-otp/", "/api/v1/auth/resend-otp/"


@pytest.fixture
def app():
    return AuthenticatorFactory()


def begin(api, app) -> str:
    return api.post(LOGIN, {"username": app.user.username, "password": PASSWORD}).json()["login_id"]


def verify(api, login_id: str, code: str) -> tuple[int, str]:
    answer = api.post(VERIFY, {"login_id": login_id, "code": code}, format="json")
    return answer.status_code, answer.json().get("code", "logged in")


def wrong_tries(app) -> int:
    return AuditEntry.objects.filter(whom=app.user, action="code_refused").count()


def test_the_challenge_says_that_the_app_has_the_code_and_nothing_is_sent(api, app) -> None:
    challenge = api.post(LOGIN, {"username": app.user.username, "password": PASSWORD}).json()
    assert challenge == {"login_id": challenge["login_id"], "channel": "totp", "expires_in": 300}
    deliver_pending()
    assert mail.outbox == []


def test_the_apps_code_logs_in_and_is_good_for_one_login(api, app) -> None:
    first, second, code = begin(api, app), begin(api, app), code_of(app.secret)
    assert verify(api, first, code) == (200, "logged in")
    assert verify(api, second, code) == (401, "otp_invalid")
    assert verify(api, first, code_of(app.secret, steps=1)) == (401, "otp_expired")
    entry = AuditEntry.objects.get(whom=app.user, action="logged_in")
    assert entry.details["second_step"] == "totp"


@pytest.mark.parametrize("spell", [str, str.upper, lambda code: code.replace("-", "")])
def test_a_recovery_code_stands_in_for_the_app_once(api, app, spell) -> None:
    code = spell(recovery_codes_of(app.user)[0])
    assert verify(api, begin(api, app), code) == (200, "logged in")
    assert verify(api, begin(api, app), code) == (401, "otp_invalid")
    assert queries.recovery_codes_left(user_id=app.user_id) == 9
    assert list(AuditEntry.objects.filter(whom=app.user).values_list("action", flat=True).order_by("id")) == [
        "recovery_code_used",
        "logged_in",
        "code_refused",
    ]


def test_after_five_wrong_codes_of_either_kind_the_right_one_is_worth_nothing(api, app) -> None:
    login_id, wrong = begin(api, app), wrong_code_of(app.secret)
    right = recovery_codes_of(app.user)[0]
    given = [wrong, "aaaaa-aaaaa", wrong, "bbbbb-bbbbb", wrong, right, code_of(app.secret)]
    assert [verify(api, login_id, code)[1] for code in given] == ["otp_invalid"] * 5 + ["otp_expired"] * 2
    assert wrong_tries(app) == 5


def test_a_login_begun_by_mail_is_over_once_an_app_is_in_use(api) -> None:
    user = UserFactory()
    login_id = api.post(LOGIN, {"username": user.username, "password": PASSWORD}).json()["login_id"]
    code = code_from_mail(user.email)
    AuthenticatorFactory(user=user)
    assert verify(api, login_id, code) == (401, "otp_expired")


def test_the_code_of_one_person_does_not_log_in_another(api, app) -> None:
    other = AuthenticatorFactory()
    assert verify(api, begin(api, app), recovery_codes_of(other.user)[0]) == (401, "otp_invalid")


def test_a_recovery_code_is_worth_nothing_where_codes_are_sent(api) -> None:
    user = UserFactory()
    code = recovery_codes_of(user)[0]
    login_id = api.post(LOGIN, {"username": user.username, "password": PASSWORD}).json()["login_id"]
    assert verify(api, login_id, code) == (401, "otp_invalid")


def test_no_sent_code_opens_a_login_that_waits_for_the_app(api, app) -> None:
    login_id = begin(api, app)
    with pytest.raises(codes.OtpExpired):
        codes.redeem(login_id=login_id, code="")
    assert verify(api, login_id, code_of(app.secret)) == (200, "logged in")


def test_there_is_no_code_to_send_again(api, app) -> None:
    login_id = begin(api, app)
    answer = api.post(RESEND, {"login_id": login_id})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert verify(api, login_id, code_of(app.secret)) == (200, "logged in")


def test_logins_by_app_are_limited_like_codes(api, app, no_limit_per_address) -> None:
    body = {"username": app.user.username, "password": PASSWORD}
    assert [api.post(LOGIN, body).status_code for _ in range(6)] == [200] * 5 + [429]


def test_an_app_that_waits_for_its_first_code_is_not_asked_for(api) -> None:
    user = UserFactory()
    services.begin_authenticator(user_id=user.pk)
    assert api.post(LOGIN, {"username": user.username, "password": PASSWORD}).json()["channel"] == "email"


def test_an_app_is_not_asked_for_while_the_second_step_is_off(api) -> None:
    user = AuthenticatorFactory(user__second_step=False).user
    assert set(api.post(LOGIN, {"username": user.username, "password": PASSWORD}).json()) == {"access", "refresh"}


@pytest.mark.parametrize(
    "change",
    [
        lambda user: services.remove_authenticator(user_id=user.pk, now=timezone.now()),
        lambda user: services.reset_second_step(user_id=user.pk, now=timezone.now()),
        lambda user: services.deactivate(user_id=user.pk, now=timezone.now()),
        lambda user: type(user).objects.filter(pk=user.pk).update(password="another"),
    ],
    ids=["removed", "reset", "closed", "password"],
)
def test_a_login_begun_before_a_change_is_over(api, app, change) -> None:
    login_id, code = begin(api, app), code_of(app.secret)
    recovery_code = recovery_codes_of(app.user)[0]
    change(app.user)
    assert verify(api, login_id, code) == verify(api, login_id, recovery_code) == (401, "otp_expired")


def test_redis_holds_no_key_and_no_code(api, app) -> None:
    kept = redis_client().hgetall(f"code:login:{begin(api, app)}")
    assert set(kept) == {"user", "channel", "seal", "tries"}
    assert app.secret not in str(kept)


def test_without_redis_a_login_by_app_answers_503(api, app, redis_away) -> None:
    answer = api.post(LOGIN, {"username": app.user.username, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")


@pytest.mark.parametrize("code", ["12345", "1234567", "abcde-fghi", "abcde--fghij", "١٢٣٤٥٦", "éééééééééé"])
def test_what_can_be_no_code_costs_no_try(api, app, code) -> None:
    login_id = begin(api, app)
    assert [verify(api, login_id, code) for _ in range(6)] == [(400, "validation_error")] * 6
    assert verify(api, login_id, code_of(app.secret)) == (200, "logged in")


def test_the_page_asks_for_the_apps_code(client, app) -> None:
    client.post("/login/", {"identifier": app.user.username, "password": PASSWORD, "next": "/me/wallet/"})
    page = client.get("/login/code/").content.decode()
    assert "Your authenticator app shows a code" in page
    assert "Send a new code" not in page
    assert client.post("/login/code/", {"code": code_of(app.secret)}).url == "/me/wallet/"


def test_the_page_takes_a_recovery_code_instead(client, app) -> None:
    code = recovery_codes_of(app.user)[0]
    client.post("/login/", {"identifier": app.user.username, "password": PASSWORD})
    there = "/login/code/?with=recovery-code"
    assert there in client.get("/login/code/").content.decode()
    assert "Enter a recovery code" in client.get(there).content.decode()
    assert client.post(there, {"code": "too short"}).context["form"].errors
    assert client.post(there, {"code": code.upper()}).url == "/me/"


def test_the_page_for_sent_codes_offers_no_recovery_codes(client) -> None:
    client.post("/login/", {"identifier": UserFactory().username, "password": PASSWORD})
    page = client.get("/login/code/?with=recovery-code").content.decode()
    assert "recovery" not in page.replace("recovery-code", "")
    assert "Send a new code" in page


def test_the_admins_login_asks_staff_for_the_apps_code(client) -> None:
    app = AuthenticatorFactory(user__role=Role.ADMIN)
    client.post("/admin/login/", {"identifier": app.user.username, "password": PASSWORD})
    assert client.get("/admin/").status_code == 302
    assert client.post("/login/code/", {"code": code_of(app.secret)}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_48_simultaneous_guesses_at_most_five_are_tried(api, kind) -> None:
    app = AuthenticatorFactory()
    login_id = begin(api, app)
    code = wrong_code_of(app.secret) if kind == "app" else "aaaaa-aaaaa"
    outcomes = Counter(simultaneously(48, lambda _: attempt(login_id, code), connected=True))
    assert outcomes == {"otp_invalid": 5, "otp_expired": 43}
    assert wrong_tries(app) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_48_simultaneous_submissions_of_the_right_code_log_in_once(api, kind) -> None:
    app = AuthenticatorFactory()
    login_id = begin(api, app)
    code = code_of(app.secret) if kind == "app" else recovery_codes_of(app.user)[0]
    outcomes = Counter(simultaneously(48, lambda _: attempt(login_id, code), connected=True))
    assert (outcomes["logged in"], outcomes.total()) == (1, 48)
    assert app.user.sessions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_right_codes_given_at_once_open_one_session_and_one_of_them_stays_unused(api) -> None:
    app = AuthenticatorFactory()
    login_id, given = begin(api, app), recovery_codes_of(app.user)[:2]
    outcomes = simultaneously(2, lambda number: attempt(login_id, given[number]), connected=True)
    assert sorted(outcomes) == ["logged in", "otp_expired"]
    assert (app.user.sessions.count(), queries.recovery_codes_left(user_id=app.user_id)) == (1, 9)


@pytest.mark.django_db(transaction=True)
def test_one_code_given_to_48_logins_at_once_opens_one(api, settings) -> None:
    settings.ONE_TIME_CODE_LIMITS = ((48, 120),)
    app = AuthenticatorFactory()
    logins = [begin(api, app) for _ in range(48)]
    code = code_of(app.secret)
    outcomes = Counter(simultaneously(48, lambda number: attempt(logins[number], code), connected=True))
    assert outcomes == {"logged in": 1, "otp_invalid": 47}


def attempt(login_id: str, code: str) -> str:
    try:
        services.verify_code(login_id=login_id, code=code, device=services.Device(), now=timezone.now())
    except (codes.OtpInvalid, codes.OtpExpired) as refusal:
        return refusal.code
    return "logged in"


def test_with_the_encryption_key_lost_a_recovery_code_and_a_reset_still_help(api, app, settings) -> None:
    code = recovery_codes_of(app.user)[0]
    settings.ENCRYPTION_KEYS = ["another key"]
    login_id = begin(api, app)
    assert verify(api, login_id, "123456") == (503, "service_unavailable")
    assert verify(api, login_id, code) == (200, "logged in")
    services.reset_second_step(user_id=app.user_id, now=timezone.now())
    assert queries.authenticator(user_id=app.user_id) is None
