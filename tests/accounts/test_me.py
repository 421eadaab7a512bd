"""`users/me/`: what I may see and change of my own account."""

import pytest

from tests.factories.accounts import UserFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"
WHOLE = {"first_name": "", "last_name": "", "language": "", "code_channel": "email", "keeps_loan_history": False}


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
        "code_channel": "email",
        "keeps_loan_history": False,
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
    refused = {"role": "admin", "username": "eve", "is_active": False, "second_step": False, "email_verified": False}
    for change in (api.patch, api.put):
        body = change(ME, {**WHOLE, **refused, "email": "eve@library.example"}, headers=bearer(user)).json()
        user.refresh_from_db()
        assert (body["role"], user.role, user.username, user.is_active) == ("customer", "customer", "ada", True)
        assert (user.email, user.second_step) == ("ada@library.example", True)
        assert user.email_verified_at is not None


@pytest.mark.parametrize(
    "body",
    [
        {"language": "xx"},
        {"first_name": "x" * 151},
        {"first_name": None},
        {"last_name": ["a"]},
        {"code_channel": "pigeon"},
        {"code_channel": "sms"},
        {"keeps_loan_history": "perhaps"},
    ],
)
def test_what_breaks_a_rule_names_its_field(api, body) -> None:
    answer = api.patch(ME, body, headers=bearer(UserFactory()))
    assert (answer.status_code, set(answer.json()["errors"])) == (400, set(body))


def test_all_that_i_may_change_is_replaced_at_once(api) -> None:
    user = UserFactory(first_name="Ada", last_name="Byron", language="en")
    user.phone, user.phone_verified_at = "+14155552671", user.email_verified_at
    user.save()
    wanted = {**WHOLE, "last_name": "Lovelace", "code_channel": "sms", "keeps_loan_history": True}
    body = api.put(ME, wanted, headers=bearer(user)).json()
    assert {field: body[field] for field in wanted} == wanted
    assert (body["email"], body["phone"], body["confirmations"]) == (user.email, "+14155552671", [])


@pytest.mark.parametrize("field", WHOLE)
def test_a_replacement_names_every_field(api, field) -> None:
    body = {name: value for name, value in WHOLE.items() if name != field}
    answer = api.put(ME, body, headers=bearer(UserFactory()))
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {field})


def test_what_i_get_i_may_put_back(api) -> None:
    user = UserFactory(first_name="Ada")
    whole = api.get(ME, headers=bearer(user)).json()
    put_back = api.put(ME, whole, headers=bearer(user)).json()
    assert put_back == {**whole, "confirmations": []}


def test_a_stranger_has_no_account_to_see(api) -> None:
    answer = api.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_error")
    assert answer["WWW-Authenticate"].startswith("Bearer")
