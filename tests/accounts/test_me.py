"""`users/me/`: what I may see and change of my own account."""

import pytest

from tests.factories.accounts import UserFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"


def test_my_account_shows_everything_but_the_password(api) -> None:
    user = UserFactory(username="ada", phone="+14155552671", first_name="Ada")
    body = api.get(ME, headers=bearer(user)).json()
    assert body == {
        "id": user.pk,
        "username": "ada",
        "email": "ada@library.example",
        "phone": "+14155552671",
        "first_name": "Ada",
        "last_name": "",
        "role": "customer",
        "language": "",
        "second_step": True,
        "email_verified": True,
        "phone_verified": False,
        "joined_at": body["joined_at"],
    }


def test_names_and_language_can_be_changed_one_at_a_time(api) -> None:
    user = UserFactory(first_name="Ada", last_name="Byron")
    body = api.patch(ME, {"last_name": "Lovelace", "language": "en"}, headers=bearer(user)).json()
    assert (body["first_name"], body["last_name"], body["language"]) == ("Ada", "Lovelace", "en")
    assert api.patch(ME, {}, headers=bearer(user)).status_code == 200


def test_role_name_and_addresses_can_not_be_changed_here(api) -> None:
    user = UserFactory(username="ada")
    api.patch(ME, {"role": "admin", "username": "eve", "email": "eve@library.example"}, headers=bearer(user))
    user.refresh_from_db()
    assert (user.role, user.username, user.email) == ("customer", "ada", "ada@library.example")


@pytest.mark.parametrize(
    "body", [{"language": "xx"}, {"first_name": "x" * 151}, {"first_name": None}, {"last_name": ["a"]}]
)
def test_what_breaks_a_rule_names_its_field(api, body) -> None:
    answer = api.patch(ME, body, headers=bearer(UserFactory()))
    assert (answer.status_code, set(answer.json()["errors"])) == (400, set(body))


def test_a_stranger_has_no_account_to_see(api) -> None:
    answer = api.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_error")
    assert answer["WWW-Authenticate"].startswith("Bearer")
