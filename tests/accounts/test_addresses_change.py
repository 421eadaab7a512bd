"""A new e-mail or phone takes its place by the code that went to it; nobody learns whose an address is."""

import re
from collections import Counter

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import codes, services
from accounts.models import Session, User
from library_portal.audit.models import AuditEntry
from library_portal.notifications.mailbox import letters
from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from library_portal.redis import client as redis_client
from tests.accounts.codes_sent import code_from_mail, wrong_code
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import UserFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"
CONFIRM, RESEND = f"{ME}confirm-address/", f"{ME}confirm-address/resend/"
NEW, PHONE = "countess@library.example", "+14155552671"


@pytest.fixture(autouse=True)
def sms_as_files(settings, tmp_path) -> None:
    settings.SMS_GATEWAY, settings.MAIL_DIR = "file:", tmp_path / "mail"


@pytest.fixture
def ada() -> User:
    return UserFactory(username="ada")


def api_of(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(user)["Authorization"])
    return client


@pytest.fixture
def ada_api(ada) -> APIClient:
    return api_of(ada)


def texts(to: str) -> list[str]:
    deliver_pending()
    return [letter.text.strip() for letter in letters(to=to)]


def mails_to(address: str) -> list[str]:
    deliver_pending()
    return [message.subject for message in mail.outbox if message.to == [address]]


def code_by_sms(to: str) -> str:
    return re.search(r"\b\d{6}\b", texts(to)[0])[0]


def ask(api, **addresses: str | None) -> list[dict]:
    return api.patch(ME, addresses).json()["confirmations"]


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_new_email_waits_for_its_code_and_takes_its_place_with_it(ada_api, ada) -> None:
    answer = ada_api.patch(ME, {"email": NEW, "first_name": "Ada"}).json()
    [confirmation] = answer["confirmations"]
    assert (answer["email"], answer["first_name"]) == ("ada@library.example", "Ada")
    assert confirmation == {
        "confirmation_id": confirmation["confirmation_id"],
        "channel": "email",
        "address": NEW,
        "expires_in": 300,
    }
    code = code_from_mail(NEW)
    confirmed = ada_api.post(CONFIRM, {"confirmation_id": confirmation["confirmation_id"], "code": code})
    assert (confirmed.status_code, confirmed.json()["email"], confirmed.json()["email_verified"]) == (200, NEW, True)
    again = ada_api.post(CONFIRM, {"confirmation_id": confirmation["confirmation_id"], "code": code})
    assert refused(again) == (401, "otp_expired")


def test_email_and_phone_change_together_each_by_its_own_code(ada_api, ada) -> None:
    by_channel = {one["channel"]: one["confirmation_id"] for one in ask(ada_api, email=NEW, phone=PHONE)}
    email_code, phone_code = code_from_mail(NEW), code_by_sms(PHONE)
    if email_code != phone_code:
        swapped = ada_api.post(CONFIRM, {"confirmation_id": by_channel["sms"], "code": email_code})
        assert refused(swapped) == (401, "otp_invalid")
    ada_api.post(CONFIRM, {"confirmation_id": by_channel["sms"], "code": phone_code})
    ada_api.post(CONFIRM, {"confirmation_id": by_channel["email"], "code": email_code})
    ada.refresh_from_db()
    assert (ada.email, str(ada.phone), ada.code_channel) == (NEW, PHONE, "email")
    assert ada.phone_verified_at is not None


def test_the_same_is_asked_and_written_whether_or_not_the_address_has_an_account(
    ada_api, django_assert_num_queries
) -> None:
    """So that it takes the same time."""
    UserFactory(email="taken@library.example")
    ask(ada_api, email=NEW)
    asked = []
    for email in ("taken@library.example", "frees@library.example"):
        with django_assert_num_queries(13) as queries:
            ask(ada_api, email=email)
        asked.append([query["sql"].split("(")[0] for query in queries if "SAVEPOINT" not in query["sql"]])
    assert [sql.split("FROM")[0] for sql in asked[0]] == [sql.split("FROM")[0] for sql in asked[1]]


def test_the_mail_says_what_the_code_is_for(ada_api) -> None:
    ask(ada_api, email=NEW)
    code_from_mail(NEW)
    assert "It confirms that this address is yours." in mail.outbox[-1].body
    assert "knows your password" not in mail.outbox[-1].body


def test_an_address_that_is_theirs_already_needs_no_code_and_no_password(ada_api, ada) -> None:
    Session.objects.update(confirmed_at=timezone.now() - timezone.timedelta(hours=1))
    assert ask(ada_api, email=ada.email) == []
    assert ask(ada_api, phone=None) == []


def test_the_own_unconfirmed_address_is_confirmed_the_same_way_and_ends_no_session() -> None:
    user = UserFactory(unverified=True, self_registered=True)
    api, _elsewhere = api_of(user), api_of(user)
    [confirmation] = ask(api, email=user.email)
    code = code_from_mail(user.email)
    assert api.post(CONFIRM, {"confirmation_id": confirmation["confirmation_id"], "code": code}).status_code == 200
    user.refresh_from_db()
    assert user.email_verified_at is not None
    assert user.sessions.filter(ended_at=None).count() == 2


@pytest.mark.parametrize("body", [{"email": NEW}, {"phone": PHONE}, {"email": None}])
def test_who_gave_the_password_long_ago_gives_it_again_first(ada_api, ada, body) -> None:
    Session.objects.update(confirmed_at=timezone.now() - timezone.timedelta(minutes=16))
    assert refused(ada_api.patch(ME, {**body, "first_name": "Eve"})) == (403, "confirmation_needed")
    ada.refresh_from_db()
    assert (ada.first_name, OutboxEvent.objects.filter(name="otp.requested").exists()) == ("", False)


@pytest.mark.parametrize("taken", [{"email": "Grace@Library.example"}, {"phone": PHONE}], ids=["email", "phone"])
def test_nobody_learns_whose_an_address_is_but_its_owner_is_told(ada_api, taken) -> None:
    grace = UserFactory(username="grace", phone=PHONE)
    free = {"email": NEW} if "email" in taken else {"phone": "+14155552672"}
    answers = [ada_api.patch(ME, body) for body in (taken, free)]
    [[of_taken], [of_free]] = [answer.json()["confirmations"] for answer in answers]
    assert {answer.status_code for answer in answers} == {200}
    assert of_taken["address"] == next(iter(taken.values()))
    assert {of_taken[part] == of_free[part] for part in ("channel", "expires_in")} == {True}
    assert mails_to("grace@library.example") == ["You already have an account"]
    assert mails_to("Grace@Library.example") == []
    assert texts(PHONE) == []
    assert Notification.objects.get().user == grace
    resent = ada_api.post(RESEND, {"confirmation_id": of_taken["confirmation_id"]})
    assert (resent.status_code, resent.json()) == (200, of_taken)
    assert mails_to("Grace@Library.example") + texts(PHONE) == []


def test_an_address_that_was_taken_meanwhile_is_a_conflict(ada_api, ada) -> None:
    [confirmation] = ask(ada_api, email=NEW)
    code = code_from_mail(NEW)
    UserFactory(username="grace", email=NEW.upper())
    answer = ada_api.post(CONFIRM, {"confirmation_id": confirmation["confirmation_id"], "code": code})
    assert refused(answer) == (409, "conflict")
    ada.refresh_from_db()
    assert ada.email == "ada@library.example"
    assert not AuditEntry.objects.filter(action="email_changed").exists()


def test_who_only_named_an_address_at_sign_up_gives_it_up_to_whom_the_code_reaches(ada_api, ada) -> None:
    squatter = UserFactory(username="squatter", email=NEW, unverified=True, self_registered=True)
    change_email(ada_api)
    ada.refresh_from_db()
    squatter.refresh_from_db()
    assert (ada.email, squatter.email) == (NEW, None)
    assert not Notification.objects.filter(user=squatter).exists()


def test_five_wrong_tries_void_the_code(ada_api) -> None:
    [confirmation] = ask(ada_api, email=NEW)
    code = code_from_mail(NEW)
    body = {"confirmation_id": confirmation["confirmation_id"]}
    tries = [refused(ada_api.post(CONFIRM, {**body, "code": wrong_code(code)})) for _ in range(5)]
    assert tries == [(401, "otp_invalid")] * 5
    assert refused(ada_api.post(CONFIRM, {**body, "code": code})) == (401, "otp_expired")


def test_another_person_can_neither_use_nor_use_up_the_code(ada_api, ada) -> None:
    [confirmation] = ask(ada_api, email=NEW)
    code = code_from_mail(NEW)
    body = {"confirmation_id": confirmation["confirmation_id"], "code": code}
    thief = api_of(UserFactory())
    for given in (code, *[wrong_code(code)] * 6):
        assert refused(thief.post(CONFIRM, {**body, "code": given})) == (401, "otp_expired")
    assert refused(thief.post(RESEND, {"confirmation_id": body["confirmation_id"]})) == (401, "otp_expired")
    assert ada_api.post(CONFIRM, body).status_code == 200


def test_a_login_code_confirms_no_address_and_the_other_way_round(ada_api, ada) -> None:
    [confirmation] = ask(ada_api, email=NEW)
    code = code_from_mail(NEW)
    login = ada_api.post("/api/v1/auth/verify-otp/", {"login_id": confirmation["confirmation_id"], "code": code})
    assert refused(login) == (401, "otp_expired")


def test_codes_for_addresses_count_with_all_others(ada_api, no_limit_per_address) -> None:
    answers = [ada_api.patch(ME, {"email": f"a{number}@library.example"}) for number in range(4)]
    confirmation_id = answers[0].json()["confirmations"][0]["confirmation_id"]
    answers.append(ada_api.post(RESEND, {"confirmation_id": confirmation_id}))
    answers += [ada_api.post(RESEND, {"confirmation_id": confirmation_id}), ada_api.patch(ME, {"email": NEW})]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2


def test_a_resent_code_replaces_the_first(ada_api) -> None:
    [confirmation] = ask(ada_api, email=NEW)
    body = {"confirmation_id": confirmation["confirmation_id"]}
    first = code_from_mail(NEW)
    assert ada_api.post(RESEND, body).json() == confirmation
    second = code_from_mail(NEW)
    if first != second:
        assert refused(ada_api.post(CONFIRM, {**body, "code": first})) == (401, "otp_invalid")
    assert ada_api.post(CONFIRM, {**body, "code": second}).status_code == 200


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda ada: User.objects.filter(pk=ada.pk).update(password="!another"),
        lambda ada: User.objects.filter(pk=ada.pk).update(email="third@library.example"),
        lambda ada: User.objects.filter(pk=ada.pk).update(is_active=False),
    ],
    ids=["password", "address", "closed"],
)
def test_a_change_begun_before_another_is_over(ada, meanwhile) -> None:
    confirmation = services.change_address(
        user_id=ada.pk, channel="email", address=NEW, device=services.Device(), now=timezone.now()
    )
    code = code_from_mail(NEW)
    meanwhile(ada)
    with pytest.raises(codes.OtpExpired):
        services.confirm_address(
            user_id=ada.pk,
            confirmation_id=confirmation.confirmation_id,
            code=code,
            session_id="",
            now=timezone.now(),
        )
    assert not User.objects.filter(email=NEW).exists()


def change_email(api) -> None:
    [confirmation] = ask(api, email=NEW)
    api.post(CONFIRM, {"confirmation_id": confirmation["confirmation_id"], "code": code_from_mail(NEW)})


def test_the_old_address_hears_of_the_change_and_is_kept_nowhere(ada_api) -> None:
    change_email(ada_api)
    message = Notification.objects.get()
    assert (message.title, message.kind) == ("Your e-mail address was changed", "account")
    assert message.former_address == "ada@library.example"
    assert mails_to("ada@library.example") == ["Your e-mail address was changed"]
    assert mails_to(NEW)[1:] == []
    message.refresh_from_db()
    assert message.former_address == ""
    assert "ada@library.example" not in str(list(OutboxEvent.objects.values_list("payload", flat=True)))


def test_the_old_phone_hears_of_the_change_by_sms_and_the_email_too(ada_api, ada) -> None:
    User.objects.filter(pk=ada.pk).update(phone=PHONE, phone_verified_at=timezone.now())
    [confirmation] = ask(ada_api, phone="+14155552672")
    code = code_by_sms("+14155552672")
    ada_api.post(CONFIRM, {"confirmation_id": confirmation["confirmation_id"], "code": code})
    assert texts(PHONE) == ["Your phone number was changed\nhttp://127.0.0.1:8000/me/profile/"]
    assert mails_to("ada@library.example") == ["Your phone number was changed"]
    assert len(texts("+14155552672")) == 1


def test_the_change_is_audited_without_the_address_and_ends_the_other_sessions(ada_api, ada) -> None:
    elsewhere = api_of(ada)
    change_email(ada_api)
    assert ada_api.get(ME).status_code == 200
    assert refused(elsewhere.get(ME)) == (401, "token_revoked")
    assert actions() == ["code_sent", "email_changed", "session_ended"]
    assert "@" not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_events_and_redis_after_the_change_hold_neither_code_nor_address(ada_api) -> None:
    [confirmation] = ask(ada_api, email=NEW)
    [payload] = OutboxEvent.objects.filter(name="otp.requested").values_list("payload", flat=True)
    code = code_from_mail(NEW)
    assert {**payload, "issue": 0} == {
        "login_id": confirmation["confirmation_id"],
        "user_id": payload["user_id"],
        "channel": "email",
        "issue": 0,
        "purpose": "address",
    }
    ada_api.post(CONFIRM, {"confirmation_id": confirmation["confirmation_id"], "code": code})
    assert list(redis_client().scan_iter("code:*")) == []


def test_an_address_is_removed_where_another_confirmed_one_remains(ada_api, ada) -> None:
    only = ada_api.patch(ME, {"email": None})
    assert (refused(only), set(only.json()["errors"])) == ((400, "validation_error"), {"email"})
    User.objects.filter(pk=ada.pk).update(phone=PHONE)
    assert refused(ada_api.patch(ME, {"email": None})) == (400, "validation_error")
    User.objects.filter(pk=ada.pk).update(phone_verified_at=timezone.now())
    body = ada_api.patch(ME, {"email": None}).json()
    assert (body["email"], body["email_verified"], body["code_channel"]) == (None, False, "sms")
    assert ada_api.patch(ME, {"email": None}).status_code == 200
    assert mails_to("ada@library.example") == ["Your e-mail address was changed"]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"email": "ada"}, "email"), ({"email": ""}, "email"), ({"phone": "12"}, "phone"), ({"phone": []}, "phone")],
)
def test_what_is_no_address_names_its_field(ada_api, body, field) -> None:
    answer = ada_api.patch(ME, body)
    assert (refused(answer), set(answer.json()["errors"])) == ((400, "validation_error"), {field})


def test_without_a_gateway_no_phone_can_be_confirmed(ada_api, settings) -> None:
    settings.SMS_GATEWAY = ""
    assert refused(ada_api.patch(ME, {"phone": PHONE})) == (503, "service_unavailable")


def test_staff_set_an_address_without_a_code_and_it_is_confirmed_only_if_they_say_so(ada) -> None:
    bearer(ada)
    who = {"user_id": ada.pk, "channel": "email", "now": timezone.now()}
    assert services.set_address(**who, address=NEW, verified=False).email_verified_at is None
    ada.refresh_from_db()
    assert (ada.email, ada.email_verified_at, ada.sessions.filter(ended_at=None).count()) == (NEW, None, 0)
    assert mails_to("ada@library.example") == ["Your e-mail address was changed"]
    assert services.set_address(**who, address=NEW, verified=True).email_verified_at is not None
    assert Notification.objects.count() == 1
    UserFactory(username="grace")
    with pytest.raises(services.AddressTaken):
        services.set_address(**who, address="GRACE@library.example", verified=True)


def confirmation_of(user: User, address: str) -> dict[str, str]:
    confirmation = services.change_address(
        user_id=user.pk, channel="email", address=address, device=services.Device(), now=timezone.now()
    )
    redis, key = redis_client(), f"code:address:{confirmation.confirmation_id}"
    code = codes.derive(login_id=confirmation.confirmation_id, issue=int(redis.hget(key, "issue")))
    return {"confirmation_id": confirmation.confirmation_id, "code": code}


def confirm(user: User, body: dict[str, str]) -> str:
    try:
        services.confirm_address(user_id=user.pk, **body, session_id="", now=timezone.now())
    except (codes.OtpExpired, codes.OtpInvalid, services.AddressTaken) as refusal:
        return refusal.code
    return "confirmed"


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_confirmations_change_the_address_once(ada) -> None:
    body = confirmation_of(ada, NEW)
    outcomes = Counter(simultaneously(48, lambda _: confirm(ada, body), connected=True))
    assert outcomes == {"confirmed": 1, "otp_expired": 47}
    assert AuditEntry.objects.filter(action="email_changed").count() == Notification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_48_people_who_confirm_the_same_address_at_once_are_one_owner(settings, no_limit_per_address) -> None:
    people = UserFactory.create_batch(48)
    bodies = [confirmation_of(user, NEW) for user in people]
    outcomes = Counter(simultaneously(48, lambda n: confirm(people[n], bodies[n]), connected=True))
    assert outcomes == {"confirmed": 1, "conflict": 47}
    assert User.objects.filter(email=NEW).count() == 1


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_guesses_are_five_tries(ada) -> None:
    body = confirmation_of(ada, NEW)
    guess = {**body, "code": wrong_code(body["code"])}
    outcomes = Counter(simultaneously(48, lambda _: confirm(ada, guess), connected=True))
    assert outcomes == {"otp_invalid": 5, "otp_expired": 43}
