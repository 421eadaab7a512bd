"""Signing up: always a customer, confirmed by the first code; nobody learns who else has an account."""

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Role, User
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from tests.accounts.codes_sent import code_from_mail
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory

ADA = {"username": "ada", "email": "ada@library.example", "password": PASSWORD}


def shape(answer) -> tuple[int, dict]:
    """The answer without what differs from one account to the next."""
    body = answer.json()
    return answer.status_code, {**body, "login_id": len(body["login_id"]), "user": {**body["user"], "id": 0}}


@pytest.mark.django_db
def test_a_newcomer_becomes_a_customer_and_is_sent_a_code(api) -> None:
    answer = api.post("/api/v1/auth/signup/", ADA)
    user = User.objects.get(username="ada")
    body = answer.json()
    assert (answer.status_code, body) == (
        201,
        {
            "user": {"id": user.pk, "username": "ada", "email": ADA["email"], "phone": None, "role": "customer"},
            "login_id": body["login_id"],
            "channel": "email",
            "expires_in": 300,
        },
    )
    assert (user.role, user.second_step, user.email_verified_at) == (Role.CUSTOMER, True, None)
    events = list(OutboxEvent.objects.order_by("pk").values_list("name", "payload"))
    assert events[0] == ("user.created", {"user_id": user.pk, "role": "customer"})
    assert events[1][0] == "otp.requested"


@pytest.mark.django_db
def test_the_first_code_confirms_the_address_and_logs_in(api) -> None:
    login_id = api.post("/api/v1/auth/signup/", ADA).json()["login_id"]
    before = timezone.now()
    tokens = api.post("/api/v1/auth/verify-otp/", {"login_id": login_id, "code": code_from_mail(ADA["email"])})
    assert tokens.status_code == 200
    me = api.get("/api/v1/users/me/", headers={"Authorization": f"Bearer {tokens.json()['access']}"}).json()
    assert (me["username"], me["email_verified"]) == ("ada", True)
    assert User.objects.get(username="ada").email_verified_at >= before


@pytest.mark.django_db
def test_a_phone_is_enough_and_gets_its_code_by_sms(api) -> None:
    answer = api.post("/api/v1/auth/signup/", {"username": "ada", "phone": "+14155552671", "password": PASSWORD})
    assert (answer.status_code, answer.json()["channel"]) == (201, "sms")
    assert str(User.objects.get(username="ada").phone) == "+14155552671"


@pytest.mark.django_db
def test_where_no_text_messages_are_sent_a_phone_is_not_enough(api, settings) -> None:
    settings.SMS_GATEWAY = ""
    phone_only = {"username": "ada", "phone": "+14155552671", "password": PASSWORD}
    answer = api.post("/api/v1/auth/signup/", phone_only)
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"email": ["Give an e-mail address: this library sends no text messages."]},
    )
    assert api.post("/api/v1/auth/signup/", phone_only | {"email": ADA["email"]}).json()["channel"] == "email"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"email": ""}, {"email"}),
        ({"email": "no address"}, {"email"}),
        ({"username": ""}, {"username"}),
        ({"username": "ada@library.example"}, {"username"}),
        ({"username": "+14155552671"}, {"username"}),
        ({"username": "x" * 151}, {"username"}),
        ({"username": ["ada"]}, {"username"}),
        ({"password": "12345678"}, {"password"}),
        ({"password": "short"}, {"password"}),
        ({"password": "x" * 129}, {"password"}),
        ({"phone": "12"}, {"phone"}),
    ],
)
def test_what_breaks_a_rule_is_refused_field_by_field(api, change, fields) -> None:
    answer = api.post("/api/v1/auth/signup/", ADA | change)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert set(answer.json()["errors"]) == fields
    assert answer["Content-Type"] == "application/problem+json"
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_role_can_not_be_chosen(api) -> None:
    api.post("/api/v1/auth/signup/", ADA | {"role": "admin", "is_superuser": True, "is_staff": True})
    assert User.objects.values("role", "is_superuser").get() == {"role": "customer", "is_superuser": False}


@pytest.mark.django_db
def test_a_username_is_taken_in_any_case(api) -> None:
    UserFactory(username="Ada")
    answer = api.post("/api/v1/auth/signup/", ADA)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["username"])


@pytest.mark.django_db
def test_an_address_that_has_an_account_gets_the_same_answers_as_one_that_has_not(api) -> None:
    UserFactory(username="owner", email="Taken@library.example")
    taken = api.post("/api/v1/auth/signup/", ADA | {"username": "one", "email": "taken@library.example"})
    free = api.post("/api/v1/auth/signup/", ADA | {"username": "two", "email": "frees@library.example"})
    as_if_free = shape(free)[1]
    as_if_free["user"] |= {"username": "one", "email": "taken@library.example"}
    assert shape(taken) == (201, as_if_free)
    logins = [api.post("/api/v1/auth/login/", {"username": name, "password": PASSWORD}) for name in ("one", "two")]
    assert {login.status_code for login in logins} == {200}
    assert {login.json()["channel"] for login in logins} == {"email"}


@pytest.mark.django_db
def test_a_second_address_beside_ones_own_tells_nothing_about_it(api) -> None:
    """Were it kept, one's own code would not come, or the profile not show it, where it belongs to somebody else."""
    UserFactory(phone="+14155552671", phone_verified_at=timezone.now())
    told = []
    for username, phone in [("one", "+14155552671"), ("two", "+14155552672")]:
        own = f"{username}@library.example"
        answer = api.post("/api/v1/auth/signup/", ADA | {"username": username, "email": own, "phone": phone}).json()
        code = {"login_id": answer["login_id"], "code": code_from_mail(own)}
        access = api.post("/api/v1/auth/verify-otp/", code).json()["access"]
        me = api.get("/api/v1/users/me/", headers={"Authorization": f"Bearer {access}"}).json()
        told.append((answer["user"]["phone"], me["email_verified"], me["phone"]))
    assert told == [(None, True, None)] * 2


@pytest.mark.django_db
def test_logging_in_with_the_address_just_named_tells_nothing_about_it_either(api) -> None:
    UserFactory(email="taken@library.example", phone="+14155552671", phone_verified_at=timezone.now())
    named = {
        "one": {"email": "taken@library.example"},
        "two": {"email": "frees@library.example"},
        "three": {"phone": "+14155552671"},
        "four": {"phone": "+14155552672"},
    }
    for username, address in named.items():
        api.post("/api/v1/auth/signup/", {"username": username, "password": "a-very-own-passphrase"} | address)
    answers = [
        api.post("/api/v1/auth/login/", {"username": name, "password": "a-very-own-passphrase"})
        for address in named.values()
        for name in address.values()
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}


@pytest.mark.django_db
def test_the_same_is_asked_and_written_whether_or_not_an_address_has_an_account(api, django_assert_num_queries) -> None:
    """So that it takes the same time."""
    UserFactory(email="taken@library.example")
    asked = []
    for username, email in [("one", "taken@library.example"), ("two", "frees@library.example")]:
        with django_assert_num_queries(19) as queries:
            api.post("/api/v1/auth/signup/", ADA | {"username": username, "email": email})
        asked.append([query["sql"].split("(")[0] for query in queries if "SAVEPOINT" not in query["sql"]])
    assert asked[0] == asked[1]


@pytest.mark.django_db
def test_the_owner_of_a_claimed_address_is_told_once_and_gets_no_code(api) -> None:
    UserFactory(username="owner", email="taken@library.example")
    for name in ("one", "two"):
        api.post("/api/v1/auth/signup/", ADA | {"username": name, "email": "taken@library.example"})
    deliver_pending()
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["taken@library.example"], "You already have an account")
    ]
    assert "owner" in mail.outbox[0].body
    assert set(User.objects.exclude(username="owner").values_list("email", flat=True)) == {None}


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_sign_ups_one_gets_the_username_and_one_the_address(settings, client) -> None:
    settings.RATE_LIMIT_PER_ADDRESS = False

    def sign_up(number: int) -> int:
        who = {"username": f"ada{number // 2}", "email": "ada@library.example", "password": PASSWORD}
        return client.post("/api/v1/auth/signup/", who, content_type="application/json").status_code

    assert sorted(simultaneously(8, sign_up)) == [201] * 4 + [400] * 4
    assert User.objects.filter(email="ada@library.example").count() == 1
    assert User.objects.count() == 4


@pytest.mark.django_db
def test_the_sixth_sign_up_from_one_address_in_two_minutes_is_refused_and_leaves_nothing(api) -> None:
    answers = [
        api.post("/api/v1/auth/signup/", ADA | {"username": f"u{n}", "email": f"u{n}@library.example"})
        for n in range(6)
    ]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    assert 1 <= int(answers[5]["Retry-After"]) <= 120
    assert User.objects.count() == 5


@pytest.mark.django_db
def test_sign_ups_that_are_refused_count_too(api, settings) -> None:
    settings.SIGN_UP_LIMITS_PER_ADDRESS = ((2, 900),)
    UserFactory(username="ada")
    answers = [api.post("/api/v1/auth/signup/", ADA) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
