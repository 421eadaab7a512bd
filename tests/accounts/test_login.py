"""Logging in over the API: password, code, tokens; and what strangers learn, which is nothing."""

from collections import Counter

import pytest
from django.contrib.auth.hashers import get_hasher, make_password
from django.core import mail
from django.utils import timezone

from accounts import services
from accounts.models import Role, User
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from tests.accounts.codes_sent import code_from_mail, wrong_code
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN, VERIFY, RESEND = "/api/v1/auth/login/", "/api/v1/auth/verify-otp/", "/api/v1/auth/resend-otp/"

NUL = b'{"username": "\\u0000", "password": "\\u0000", "login_id": "\\u0000", "code": "\\u0000", "refresh": "\\u0000"}'


def log_in(api, username: str, password: str = PASSWORD, **headers: str):
    return api.post(LOGIN, {"username": username, "password": password}, headers=headers)


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def hash_runs(monkeypatch) -> Counter:
    """How often Argon2 really ran."""
    counted: Counter = Counter()
    hasher = type(get_hasher())

    def counting(method):
        def run(self, *args, **kwargs):
            counted["runs"] += 1
            return method(self, *args, **kwargs)

        return run

    for name in ("encode", "verify"):
        monkeypatch.setattr(hasher, name, counting(getattr(hasher, name)))
    return counted


@pytest.mark.parametrize(
    "spelling", ["grace", "GRACE", "grace@library.example", "Grace@Library.example", "+14155552671"]
)
def test_username_email_and_phone_all_lead_to_a_code(api, spelling) -> None:
    UserFactory(username="Grace", email="grace@library.example", phone="+14155552671")
    challenge = log_in(api, spelling)
    login_id = challenge.json()["login_id"]
    assert (challenge.status_code, challenge.json()) == (
        200,
        {"login_id": login_id, "channel": "email", "expires_in": 300},
    )
    tokens = api.post(VERIFY, {"login_id": login_id, "code": code_from_mail("grace@library.example")})
    assert (tokens.status_code, set(tokens.json())) == (200, {"access", "refresh"})


def test_who_has_no_second_step_gets_tokens_at_once(api) -> None:
    UserFactory(username="grace", second_step=False)
    answer = log_in(api, "grace")
    assert (answer.status_code, set(answer.json())) == (200, {"access", "refresh"})


def test_an_unverified_person_needs_a_code_even_without_a_second_step(api) -> None:
    UserFactory(username="grace", second_step=False, unverified=True)
    assert set(log_in(api, "grace").json()) == {"login_id", "channel", "expires_in"}


@pytest.mark.parametrize("role", [Role.LIBRARIAN, Role.ADMIN])
def test_staff_always_need_a_code(api, role) -> None:
    UserFactory(username="grace", role=role)
    assert set(log_in(api, "grace").json()) == {"login_id", "channel", "expires_in"}


def test_wrong_password_unknown_name_and_closed_account_answer_alike_after_the_same_work(api, hash_runs) -> None:
    UserFactory(username="grace")
    UserFactory(username="closed", is_active=False)
    UserFactory(username="invited", password=make_password(None))
    hash_runs.clear()
    answers, work = [], []
    for username in ("grace", "nobody", "n@b.example", "closed", "invited"):
        answers.append(log_in(api, username, PASSWORD if username == "closed" else "wrong"))
        work.append(hash_runs.pop("runs"))
    assert work == [1, 1, 1, 1, 1]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert refused(answers[0]) == (401, "authentication_error")
    assert {answer["WWW-Authenticate"] for answer in answers} == {"Bearer"}


def test_the_same_is_asked_and_written_whoever_is_named(api, django_assert_num_queries) -> None:
    """So that it takes the same time."""
    UserFactory(username="grace", phone="+14155552671")
    UserFactory(username="closed", is_active=False)
    asked = []
    for name in ("grace", "+14155552671", "closed", "nobody", "n@b.example", "+14155552672"):
        with django_assert_num_queries(2) as queries:
            log_in(api, name, "wrong")
        asked.append([query["sql"].split("(")[0].split("FROM")[0] for query in queries])
    assert asked == [asked[0]] * 6


def test_a_username_is_found_however_its_letters_are_composed(api) -> None:
    sign_up = {"username": "rene\u0301", "email": "rene@library.example", "password": PASSWORD}
    assert api.post("/api/v1/auth/signup/", sign_up).json()["user"]["username"] == "ren\u00e9"
    assert {log_in(api, spelling).status_code for spelling in ("rene\u0301", "REN\u00c9")} == {200}


def test_a_wrong_code_is_refused_and_the_right_one_works_once(api) -> None:
    user = UserFactory()
    login_id = log_in(api, user.username).json()["login_id"]
    code = code_from_mail(user.email)
    answers = [api.post(VERIFY, {"login_id": login_id, "code": given}) for given in (wrong_code(code), code, code)]
    assert refused(answers[0]) == (401, "otp_invalid")
    assert answers[1].status_code == 200
    assert refused(answers[2]) == (401, "otp_expired")


@pytest.mark.parametrize(
    "change",
    [
        lambda user: services.set_password(user_id=user.pk, password="another-long-passphrase", now=timezone.now()),
        lambda user: User.objects.filter(pk=user.pk).update(email="new@library.example"),
    ],
    ids=["password", "address"],
)
def test_a_login_begun_before_a_change_is_over(api, change) -> None:
    user = UserFactory(unverified=True)
    login_id = log_in(api, user.username).json()["login_id"]
    code = code_from_mail(user.email)
    change(user)
    assert refused(api.post(VERIFY, {"login_id": login_id, "code": code})) == (401, "otp_expired")
    user.refresh_from_db()
    assert user.email_verified_at is None


def test_a_resent_code_replaces_the_first(api) -> None:
    user = UserFactory()
    login_id = log_in(api, user.username).json()["login_id"]
    first = code_from_mail(user.email)
    again = api.post(RESEND, {"login_id": login_id})
    assert again.json() == {"login_id": login_id, "channel": "email", "expires_in": 300}
    second = code_from_mail(user.email)
    assert len(mail.outbox) == 2
    if first != second:
        assert refused(api.post(VERIFY, {"login_id": login_id, "code": first})) == (401, "otp_invalid")
    assert api.post(VERIFY, {"login_id": login_id, "code": second}).status_code == 200


def test_a_code_that_was_replaced_before_the_worker_came_is_never_sent(api) -> None:
    user = UserFactory()
    login_id = log_in(api, user.username).json()["login_id"]
    api.post(RESEND, {"login_id": login_id})
    deliver_pending()
    assert len(mail.outbox) == 1


def test_a_code_is_useless_once_its_person_is_closed(api) -> None:
    user = UserFactory()
    login_id = log_in(api, user.username).json()["login_id"]
    code = code_from_mail(user.email)
    user.is_active = False
    user.save()
    assert refused(api.post(VERIFY, {"login_id": login_id, "code": code})) == (401, "otp_expired")


def test_five_codes_in_two_minutes_per_person_by_login_and_resend_together(api, no_limit_per_address) -> None:
    user = UserFactory()
    login_id = log_in(api, user.username).json()["login_id"]
    answers = [api.post(RESEND, {"login_id": login_id}) for _ in range(4)]
    answers += [api.post(RESEND, {"login_id": login_id}), log_in(api, user.username)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2
    assert refused(answers[4]) == (429, "rate_limited")
    assert 1 <= int(answers[4]["Retry-After"]) <= 120


def test_five_codes_in_two_minutes_per_address_whoever_asks(api) -> None:
    assert [log_in(api, UserFactory().username).status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_test_machine_may_play_many_people(api, no_limit_per_address) -> None:
    assert {log_in(api, UserFactory().username).status_code for _ in range(8)} == {200}


def test_a_forwarded_address_counts_only_from_a_trusted_proxy(api, settings) -> None:
    def from_many_addresses() -> list[int]:
        return [
            log_in(api, UserFactory().username, **{"X-Forwarded-For": f"198.51.100.{n}"}).status_code for n in range(6)
        ]

    assert from_many_addresses() == [200] * 5 + [429]
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    assert from_many_addresses() == [200] * 6


def test_ten_wrong_passwords_close_the_door_and_a_right_one_does_not_count(api, settings) -> None:
    user = UserFactory(second_step=False)
    for _ in range(12):
        assert log_in(api, user.username).status_code == 200
    assert [log_in(api, user.username, "wrong").status_code for _ in range(11)] == [401] * 10 + [429]
    assert log_in(api, user.username).status_code == 429


def test_a_stranger_elsewhere_does_not_lock_the_owner_out(api, settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    user = UserFactory(second_step=False)
    stranger, owner = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "203.0.113.9"}
    assert [log_in(api, user.username, "wrong", **stranger).status_code for _ in range(11)] == [401] * 10 + [429]
    assert log_in(api, user.username, **owner).status_code == 200


def test_unknown_names_are_limited_like_known_ones(api) -> None:
    assert [log_in(api, "Nobody", "wrong").status_code for _ in range(11)] == [401] * 10 + [429]
    assert log_in(api, "nobody ", "wrong").status_code == 429


def test_without_redis_codes_answer_503_and_the_others_log_in(api, redis_away) -> None:
    UserFactory(username="with")
    UserFactory(username="without", second_step=False)
    unavailable = log_in(api, "with")
    assert refused(unavailable) == (503, "service_unavailable")
    assert int(unavailable["Retry-After"]) > 0
    assert log_in(api, "without").status_code == 200
    assert refused(api.post(VERIFY, {"login_id": "x" * 32, "code": "123456"})) == (503, "service_unavailable")


def test_the_event_names_the_login_but_never_the_code(api) -> None:
    user = UserFactory()
    login_id = log_in(api, user.username).json()["login_id"]
    event = OutboxEvent.objects.get(name="otp.requested")
    assert event.payload == {
        "login_id": login_id,
        "user_id": user.pk,
        "channel": "email",
        "issue": event.payload["issue"],
        "purpose": "login",
    }
    assert code_from_mail(user.email) not in str(event.payload)


@pytest.mark.parametrize("path", [LOGIN, VERIFY, RESEND, "/api/v1/auth/refresh/", "/api/v1/auth/signup/"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"username": null, "password": {}, "login_id": [], "code": 1e400, "refresh": 7}',
        b'{"username": {"a": 1}, "password": [], "login_id": [5], "code": [6], "refresh": false}',
        NUL,
        NUL.replace(b"0000", b"d800"),
        b"\xff\xfe\x00",
        b'{"login_id": "' + b"x" * 70000 + b'", "code": "' + b"1" * 70000 + b'", "refresh": "' + b"e" * 70000 + b'"}',
    ],
)
def test_broken_input_is_a_problem_of_the_caller(api, path, body) -> None:
    answer = api.generic("POST", path, body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in {"malformed_request", "validation_error"}


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_logins_issue_five_codes(client) -> None:
    user = UserFactory()
    body = {"username": user.username, "password": PASSWORD}
    statuses = simultaneously(48, lambda _: client.post(LOGIN, body, content_type="application/json").status_code)
    assert Counter(statuses) == {200: 5, 429: 43}
    assert OutboxEvent.objects.filter(name="otp.requested").count() == 5


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_submissions_over_http_open_one_session(api, client) -> None:
    user = UserFactory()
    body = {"login_id": log_in(api, user.username).json()["login_id"], "code": code_from_mail(user.email)}
    statuses = simultaneously(48, lambda _: client.post(VERIFY, body, content_type="application/json").status_code)
    assert Counter(statuses) == {200: 1, 401: 47}
    assert user.sessions.count() == 1
