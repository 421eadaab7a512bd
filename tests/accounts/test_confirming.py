"""Giving the password again, before something that protects the account is changed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
CONFIRM, PROTECTED = "/me/security/confirm/", "/me/profile/email/"


@pytest.fixture
def ada(client: Client) -> User:
    """Logged in a while ago."""
    user = UserFactory()
    client.force_login(user)
    user.sessions.update(confirmed_at=timezone.now() - timedelta(minutes=16))
    return user


def test_after_a_quarter_of_an_hour_the_password_comes_first(client: Client, ada: User) -> None:
    assert client.get(PROTECTED).url == "/me/security/confirm/?next=%2Fme%2Fprofile%2Femail%2F"
    assert client.post(CONFIRM, {"password": PASSWORD, "next": PROTECTED}).url == PROTECTED
    assert client.get(PROTECTED).status_code == 200


def test_a_wrong_password_confirms_nothing(client: Client, ada: User) -> None:
    page = client.post(CONFIRM, {"password": "wrong", "next": PROTECTED})
    assert page.context["form"].errors["password"] == ["This is not your password."]
    assert client.get(PROTECTED).status_code == 302


def test_the_session_gets_a_new_key_and_the_one_before_is_worth_nothing(client: Client, ada: User) -> None:
    before = client.cookies["sessionid"].value
    client.post(CONFIRM, {"password": PASSWORD})
    thief = Client(headers={"Cookie": f"sessionid={before}"})
    assert client.cookies["sessionid"].value != before
    assert (thief.get("/me/").status_code, client.get("/me/").status_code) == (302, 200)
    assert ada.sessions.filter(ended_at=None).count() == 1
