"""How passwords are asked for and taken: hidden, helped by managers, exactly as typed, for as long as they are good."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
ANYBODYS = ["/signup/", "/login/", "/admin/login/", "/password/reset/confirm/"]
ONES_OWN = ["/me/security/confirm/", "/password/change/"]
INPUT = re.compile(r"<input [^>]*>")
NAMED = re.compile(r'name="(\w+)"')


def inputs(page: str) -> dict[str, str]:
    return {NAMED.search(field)[1]: field for field in INPUT.findall(page) if NAMED.search(field)}


@pytest.mark.parametrize("address", [*ANYBODYS, *ONES_OWN])
def test_passwords_are_hidden_and_may_come_from_a_manager_or_be_pasted(client: Client, address: str) -> None:
    if address in ONES_OWN:
        client.force_login(UserFactory())
    fields = inputs(client.get(address).content.decode())
    passwords = {name: field for name, field in fields.items() if "password" in name}
    assert passwords
    for field in passwords.values():
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert int(re.search(r'maxlength="(\d+)"', field)[1]) >= 64
        assert not re.search(r"on\w+=|readonly|disabled", field)


def test_sign_up_asks_for_no_hint_and_no_secret_question(client: Client) -> None:
    asked = set(inputs(client.get("/signup/").content.decode()))
    assert asked - {"csrfmiddlewaretoken", "next", "q"} == {"username", "email", "phone", "password"}


@pytest.mark.parametrize("typed", [PASSWORD.upper(), PASSWORD[:-1], f"{PASSWORD} ", f" {PASSWORD}", PASSWORD * 2])
def test_a_password_counts_exactly_as_it_was_typed(client: Client, typed: str) -> None:
    user = UserFactory(second_step=False)
    client.post("/login/", {"identifier": user.username, "password": typed})
    assert "_auth_user_id" not in client.session
    client.post("/login/", {"identifier": user.username, "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_password_stays_good_for_years(client: Client) -> None:
    user = UserFactory(second_step=False)
    long_ago = timezone.now() - timedelta(days=3650)
    User.objects.filter(pk=user.pk).update(joined_at=long_ago, last_login=long_ago)
    assert client.post("/login/", {"identifier": user.username, "password": PASSWORD}).url == "/me/"


@pytest.mark.parametrize("password", ["sunshine", "password1", "iloveyou", "trustno1", "1234567", "12345678"])
def test_passwords_that_everybody_has_are_refused_at_sign_up(api, password: str) -> None:
    asked = {"username": "ada", "email": "ada@library.example", "password": password}
    answer = api.post("/api/v1/auth/signup/", asked)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["password"])


def test_eight_characters_of_any_kind_are_enough(api) -> None:
    asked = {"username": "ada", "email": "ada@library.example", "password": "vkqjxzwy"}
    assert api.post("/api/v1/auth/signup/", asked).status_code == 201
