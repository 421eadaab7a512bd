"""Codes under a storm: 48 threads with connections of their own, over HTTP; never one more than the rules allow."""

from collections import Counter

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import User
from library_portal.outbox.models import OutboxEvent
from tests.accounts.codes_sent import code_from_mail, wrong_code
from tests.accounts.growing_older import grow_older
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN, VERIFY, RESEND = "/api/v1/auth/login/", "/api/v1/auth/verify-otp/", "/api/v1/auth/resend-otp/"
AT_ONCE = 48


@pytest.fixture(autouse=True)
def behind_a_proxy(settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]


def post(client, path: str, body: dict[str, str], *, address: str = "203.0.113.9"):
    return client.post(path, body, headers={"X-Forwarded-For": address}, content_type="application/json")


def log_in(client, user: User, *, address: str = "203.0.113.9"):
    return post(client, LOGIN, {"username": user.username, "password": PASSWORD}, address=address)


def address_of(number: int) -> str:
    return f"198.51.100.{number}"


def people() -> list[User]:
    return UserFactory.create_batch(AT_ONCE, password=make_password(PASSWORD))


def test_one_person_gets_5_codes_in_2_minutes_and_10_in_an_hour_from_wherever(client) -> None:
    user = UserFactory()

    def storm() -> Counter:
        return Counter(
            simultaneously(AT_ONCE, lambda number: log_in(client, user, address=address_of(number)).status_code)
        )

    storms = []
    for _ in range(3):
        storms.append(storm())
        grow_older(120)
    assert storms == [{200: 5, 429: 43}, {200: 5, 429: 43}, {429: 48}]
    grow_older(3600)
    assert storm() == {200: 5, 429: 43}
    assert OutboxEvent.objects.filter(name="otp.requested").count() == 15


def test_one_address_gets_5_codes_in_2_minutes_and_10_in_an_hour_for_whomever(client) -> None:
    readers = people()

    def storm() -> Counter:
        return Counter(simultaneously(AT_ONCE, lambda number: log_in(client, readers[number]).status_code))

    storms = []
    for _ in range(3):
        storms.append(storm())
        grow_older(120)
    assert storms == [{200: 5, 429: 43}, {200: 5, 429: 43}, {429: 48}]
    assert OutboxEvent.objects.filter(name="otp.requested").count() == 10


def test_resending_counts_with_logging_in(client) -> None:
    user = UserFactory()
    login_id = log_in(client, user).json()["login_id"]

    def ask(number: int) -> int:
        if number % 2:
            return log_in(client, user, address=address_of(number)).status_code
        return post(client, RESEND, {"login_id": login_id}, address=address_of(number)).status_code

    assert Counter(simultaneously(AT_ONCE, ask)) == {200: 4, 429: 44}


def test_48_wrong_codes_are_five_tries_and_then_the_right_one_is_too_late(client) -> None:
    user = UserFactory()
    login_id = log_in(client, user).json()["login_id"]
    right = code_from_mail(user.email)
    wrong = {"login_id": login_id, "code": wrong_code(right)}
    answers = simultaneously(AT_ONCE, lambda _: post(client, VERIFY, wrong).json()["code"])
    assert Counter(answers) == {"otp_invalid": 5, "otp_expired": 43}
    assert post(client, VERIFY, {"login_id": login_id, "code": right}).json()["code"] == "otp_expired"
    assert not user.sessions.exists()


def test_a_code_opens_only_the_login_it_was_sent_for(client) -> None:
    user = UserFactory()
    first = log_in(client, user).json()["login_id"]
    code_of_first = code_from_mail(user.email)
    others = (log_in(client, user).json()["login_id"] for _another in range(3))
    second = next(login_id for login_id in others if code_from_mail(user.email) != code_of_first)
    answers = simultaneously(
        AT_ONCE, lambda _: post(client, VERIFY, {"login_id": second, "code": code_of_first}).json()["code"]
    )
    assert Counter(answers) == {"otp_invalid": 5, "otp_expired": 43}
    assert post(client, VERIFY, {"login_id": first, "code": code_of_first}).status_code == 200
