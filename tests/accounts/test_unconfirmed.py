"""Sign-ups that nobody confirmed: they keep no address from its owner, and after three days they are gone."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts import services
from accounts.models import UNCONFIRMED, Role, User
from library_portal.outbox.delivery import deliver_pending
from subscriptions.models import Wallet
from tests.accounts.codes_sent import code_from_mail
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tokens import access_token, bearer

pytestmark = pytest.mark.django_db
SIGN_UP, VERIFY, LOGIN = "/api/v1/auth/signup/", "/api/v1/auth/verify-otp/", "/api/v1/auth/login/"
ME = "/api/v1/users/me/"
EMAIL, PHONE = "ada@library.example", "+14155552671"


def sign_up(api, username: str, **address: str):
    return api.post(SIGN_UP, {"username": username, "password": PASSWORD, **(address or {"email": EMAIL})})


def verify(api, login_id: str, code: str):
    return api.post(VERIFY, {"login_id": login_id, "code": code})


def unconfirmed(**more: object) -> User:
    long_ago = timezone.now() - timedelta(days=3, minutes=1)
    return UserFactory(**{"unverified": True, "self_registered": True, "joined_at": long_ago, **more})


def left() -> list[str]:
    services.delete_unconfirmed(now=timezone.now())
    return list(User.objects.values_list("username", flat=True))


def test_an_address_that_was_only_named_goes_to_the_next_who_names_it(api) -> None:
    squatter = sign_up(api, "squatter").json()["login_id"]
    code_of_squatter = code_from_mail(EMAIL)
    owner = sign_up(api, "owner", email="Ada@Library.example")
    assert (owner.status_code, owner.json()["user"]["email"]) == (201, "Ada@Library.example")
    assert dict(User.objects.values_list("username", "email")) == {"squatter": None, "owner": "Ada@Library.example"}
    assert verify(api, squatter, code_of_squatter).json()["code"] == "otp_expired"
    assert verify(api, owner.json()["login_id"], code_from_mail("Ada@Library.example")).status_code == 200
    assert api.post(LOGIN, {"username": EMAIL, "password": PASSWORD}).status_code == 200


def test_a_phone_number_gives_way_too(api) -> None:
    sign_up(api, "squatter", phone=PHONE)
    sign_up(api, "owner", phone=PHONE)
    assert dict(User.objects.values_list("username", "phone")) == {"squatter": None, "owner": PHONE}


def test_a_confirmed_address_stays_and_its_owner_is_told(api) -> None:
    login_id = sign_up(api, "owner").json()["login_id"]
    assert verify(api, login_id, code_from_mail(EMAIL)).status_code == 200
    sign_up(api, "squatter")
    deliver_pending()
    assert dict(User.objects.values_list("username", "email")) == {"squatter": None, "owner": EMAIL}
    assert [letter.subject for letter in mail.outbox][-1] == "You already have an account"


def test_who_was_added_by_staff_keeps_an_address_that_is_not_confirmed_yet(api) -> None:
    UserFactory(username="librarian", email=EMAIL, unverified=True, role=Role.LIBRARIAN)
    sign_up(api, "squatter")
    assert dict(User.objects.values_list("username", "email")) == {"squatter": None, "librarian": EMAIL}


def test_who_changes_to_an_address_that_was_only_named_gets_it_by_the_code(api) -> None:
    squatter = sign_up(api, "squatter").json()["login_id"]
    code_of_squatter = code_from_mail(EMAIL)
    owner = bearer(UserFactory(username="owner"))
    asked = api.patch(ME, {"email": EMAIL}, headers=owner).json()["confirmations"][0]
    body = {"confirmation_id": asked["confirmation_id"], "code": code_from_mail(EMAIL)}
    assert api.post(f"{ME}confirm-address/", body, headers=owner).status_code == 200
    assert dict(User.objects.values_list("username", "email")) == {"squatter": None, "owner": EMAIL}
    assert verify(api, squatter, code_of_squatter).json()["code"] == "otp_expired"


def test_an_address_that_staff_put_in_place_stays(api, now) -> None:
    reader = UserFactory(username="reader", self_registered=True)
    services.set_address(user_id=reader.pk, channel="email", address=EMAIL, verified=False, now=now)
    sign_up(api, "squatter")
    assert dict(User.objects.values_list("username", "email")) == {"squatter": None, "reader": EMAIL}


@pytest.mark.django_db(transaction=True)
def test_of_confirming_and_naming_at_once_one_wins(api, client) -> None:
    login_id = sign_up(api, "first").json()["login_id"]
    code = code_from_mail(EMAIL)

    def act(number: int) -> int:
        path, body = [
            (VERIFY, {"login_id": login_id, "code": code}),
            (SIGN_UP, {"username": "second", "email": EMAIL, "password": PASSWORD}),
        ][number]
        return client.post(path, body, content_type="application/json").status_code

    confirmed, named = simultaneously(2, act, connected=True)
    assert named == 201
    assert list(User.objects.filter(email=EMAIL).values_list("username", flat=True)) == [
        "first" if confirmed == 200 else "second"
    ]


def test_after_three_days_an_unconfirmed_sign_up_is_deleted() -> None:
    unconfirmed(username="old")
    unconfirmed(username="new", joined_at=timezone.now() - timedelta(days=2, hours=23))
    assert left() == ["new"]
    assert left() == ["new"]


@pytest.mark.parametrize(
    "more",
    [
        {"email_verified_at": timezone.now(), "unverified": False},
        {"phone": PHONE, "phone_verified_at": timezone.now()},
        {"self_registered": False},
        {"last_login": timezone.now()},
    ],
    ids=["e-mail confirmed", "phone confirmed", "added by staff", "logged in"],
)
def test_everybody_else_stays(more) -> None:
    unconfirmed(username="somebody", **more)
    assert left() == ["somebody"]


def test_who_was_given_a_role_by_staff_stays_and_keeps_the_address(api, now) -> None:
    somebody = unconfirmed(username="somebody", email=EMAIL)
    services.change_role(user_id=somebody.pk, role=Role.LIBRARIAN, now=now)
    sign_up(api, "squatter")
    assert left() == ["somebody", "squatter"]
    assert dict(User.objects.values_list("username", "email")) == {"somebody": EMAIL, "squatter": None}


@pytest.mark.parametrize(
    "history", [access_token, lambda user: Wallet.objects.create(user=user)], ids=["session", "wallet"]
)
def test_who_has_any_history_stays(history) -> None:
    history(unconfirmed(username="somebody"))
    assert left() == ["somebody"]


def test_old_sign_ups_are_found_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    old = User.objects.filter(UNCONFIRMED, joined_at__lt=timezone.now())
    assert "Index Scan using user_unconfirmed" in old.explain()
