"""A new password by a link: for who can read the person's mail, once, for half an hour; strangers learn nothing."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts import reset_links, services
from accounts.models import User
from library_portal.audit.models import AuditEntry
from library_portal.notifications.mailbox import letters
from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from tests.accounts.codes_sent import code_from_mail
from tests.accounts.simultaneously import simultaneously
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
RESET, CONFIRM = "/api/v1/auth/password/reset/", "/api/v1/auth/password/reset/confirm/"
LOGIN, ME = "/api/v1/auth/login/", "/api/v1/users/me/"
NEW = "another-long-passphrase"
LINK = re.compile(r"http\S+/password/reset/confirm/#(\S+)")


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def code_of(text: str) -> str:
    return LINK.search(text)[1]


def ask(api, name: str, **more: str):
    return api.post(RESET, {"username": name}, **more)


def code_for(api, user: User) -> str:
    assert ask(api, user.username).status_code == 202
    deliver_pending()
    return code_of([letter for letter in mail.outbox if letter.to == [user.email]][-1].body)


def confirm(api, code: str, password: str = NEW):
    return api.post(CONFIRM, {"token": code, "password": password})


@pytest.mark.parametrize("spelling", ["GRACE", "Grace@Library.example", "+1 415 555 2671"])
def test_a_link_comes_to_the_verified_mail_and_sets_a_new_password(api, spelling) -> None:
    user = UserFactory(username="grace", phone="+14155552671", phone_verified_at=timezone.now())
    answer = ask(api, spelling)
    assert (answer.status_code, answer.content) == (202, b"")
    deliver_pending()
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["grace@library.example"], "Set a new password for the library")
    ]
    code = code_of(mail.outbox[0].body)
    assert mail.outbox[0].body.count(code) == 2  # in the link, and to be copied
    assert confirm(api, code).status_code == 204
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_who_has_only_a_verified_phone_gets_it_by_sms(api, settings, tmp_path) -> None:
    settings.MAIL_DIR = tmp_path
    user = UserFactory(unverified=True, phone="+14155552671", phone_verified_at=timezone.now())
    ask(api, user.username)
    deliver_pending()
    assert mail.outbox == []
    [text] = letters(to="+14155552671")
    assert confirm(api, code_of(text.text)).status_code == 204


def test_nothing_is_sent_to_unverified_addresses_closed_accounts_or_nobody(api) -> None:
    UserFactory(username="unverified", unverified=True)
    UserFactory(username="closed", is_active=False)
    answers = [ask(api, name) for name in ("unverified", "closed", "nobody", "n@b.example")]
    deliver_pending()
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    assert mail.outbox == []


def test_an_invited_person_sets_the_first_password_and_so_confirms_the_address(api) -> None:
    user = UserFactory(unverified=True)
    user.set_unusable_password()
    user.save()
    assert confirm(api, code_for(api, user)).status_code == 204
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert user.email_verified_at is not None


def test_the_same_is_written_for_somebody_and_for_nobody(api, django_assert_num_queries) -> None:
    """So that it takes the same time."""
    user = UserFactory()
    with django_assert_num_queries(5) as for_somebody:
        ask(api, user.username)
    with django_assert_num_queries(5) as for_nobody:
        ask(api, "nobody")
    kinds = [[query["sql"].split()[0] for query in asked] for asked in (for_somebody, for_nobody)]
    assert kinds[0] == kinds[1]
    assert list(OutboxEvent.objects.order_by("pk").values_list("payload", flat=True)) == [
        {"user_id": user.pk},
        {"user_id": None},
    ]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "whom")) == [
        ("password_reset_asked", user.pk),
        ("password_reset_asked", None),
    ]


def test_a_link_works_once(api) -> None:
    user = UserFactory()
    code = code_for(api, user)
    assert confirm(api, code).status_code == 204
    assert refused(confirm(api, code, "a third long passphrase")) == (401, "otp_expired")
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.django_db(transaction=True)
def test_48_simultaneous_submissions_set_one_password(api, client) -> None:
    user = UserFactory()
    code = code_for(api, user)

    def submit(number: int) -> int:
        body = {"token": code, "password": f"{NEW} {number}"}
        return client.post(CONFIRM, body, content_type="application/json").status_code

    statuses = simultaneously(48, submit)
    user.refresh_from_db()
    assert Counter(statuses) == {204: 1, 401: 47}
    assert user.check_password(f"{NEW} {statuses.index(204)}")


def test_a_link_lives_half_an_hour() -> None:
    user, now = UserFactory(), timezone.now()
    code = reset_links.reset_code(user, now=now)
    assert reset_links.is_good(code, user, now=now + timedelta(minutes=29, seconds=59))
    assert not reset_links.is_good(code, user, now=now + timedelta(minutes=30, seconds=2))


def test_a_worker_that_comes_too_late_sends_nothing(api) -> None:
    ask(api, UserFactory().username)
    OutboxEvent.objects.update(recorded_at=timezone.now() - timedelta(minutes=31))
    deliver_pending()
    assert mail.outbox == []


@pytest.mark.parametrize(
    "change",
    [
        lambda user: services.set_password(user_id=user.pk, password="a third long passphrase", now=timezone.now()),
        lambda user: User.objects.filter(pk=user.pk).update(email="new@library.example"),
        lambda user: User.objects.filter(pk=user.pk).update(phone="+14155552671"),
        lambda user: services.deactivate(user_id=user.pk, now=timezone.now()),
    ],
    ids=["password", "e-mail", "phone", "deactivation"],
)
def test_whatever_changes_meanwhile_voids_the_link(api, change) -> None:
    user = UserFactory()
    code = code_for(api, user)
    change(user)
    assert refused(confirm(api, code)) == (401, "otp_expired")


def test_a_newer_link_does_not_void_the_older_but_its_use_does(api) -> None:
    user = UserFactory()
    first, second = code_for(api, user), code_for(api, user)
    assert confirm(api, second).status_code == 204
    assert refused(confirm(api, first)) == (401, "otp_expired")


@pytest.mark.parametrize(
    "forge", [lambda code: code[:-1], lambda code: f"1{code}", lambda code: "é-1-2", lambda _: "-"]
)
def test_a_forged_code_is_refused(api, forge) -> None:
    code = code_for(api, UserFactory())
    assert refused(confirm(api, forge(code))) == (401, "otp_expired")
    assert confirm(api, code).status_code == 204


def test_the_code_of_one_person_sets_no_password_of_another(api) -> None:
    ada, grace = UserFactory(), UserFactory()
    own = code_for(api, ada)
    forged = "-".join([reset_links.reset_code(grace, now=timezone.now()).split("-")[0], *own.split("-")[1:]])
    assert refused(confirm(api, forged)) == (401, "otp_expired")


def test_a_weak_password_is_refused_and_the_link_stays_good(api) -> None:
    user = UserFactory()
    code = code_for(api, user)
    weak = confirm(api, code, "short")
    assert (weak.status_code, list(weak.json()["errors"])) == (400, ["password"])
    assert confirm(api, code).status_code == 204


def test_every_session_ends_and_logging_in_takes_the_second_step(api) -> None:
    user = UserFactory()
    app = bearer(user)
    confirm(api, code_for(api, user))
    assert refused(api.get(ME, headers=app)) == (401, "token_revoked")
    assert set(api.post(LOGIN, {"username": user.username, "password": NEW}).json()) == {
        "login_id",
        "channel",
        "expires_in",
    }


def test_a_reset_is_in_the_audit_log_and_its_owner_is_told(api) -> None:
    user = UserFactory()
    confirm(api, code_for(api, user))
    assert AuditEntry.objects.get(action="password_reset").whom_id == user.pk
    assert Notification.objects.get(user=user).title == "Your password was changed"


def test_a_reset_clears_the_wrong_guesses(api) -> None:
    user = UserFactory(second_step=False)
    wrong = {"username": user.email, "password": "wrong"}
    assert [api.post(LOGIN, wrong).status_code for _ in range(11)] == [401] * 10 + [429]
    confirm(api, code_for(api, user))
    assert api.post(LOGIN, {"username": user.email, "password": NEW}).status_code == 200


def test_links_use_up_no_codes_and_no_more_than_three_come_in_a_quarter_of_an_hour(api, no_limit_per_address) -> None:
    user = UserFactory()
    assert {ask(api, user.username).status_code for _ in range(8)} == {202}
    deliver_pending()
    assert len(mail.outbox) == 3
    assert api.post(LOGIN, {"username": user.username, "password": PASSWORD}).status_code == 200
    assert code_from_mail(user.email)


def test_strangers_do_not_use_up_the_links_of_the_owner(api, settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    user = UserFactory(second_step=False)
    at_home = {"headers": {"X-Forwarded-For": "203.0.113.9"}}
    api.post(LOGIN, {"username": user.username, "password": PASSWORD}, **at_home)
    for number in range(5):
        ask(api, user.username, headers={"X-Forwarded-For": f"198.51.100.{number}"})
    deliver_pending()
    assert len(mail.outbox) == 3
    ask(api, user.username, **at_home)
    deliver_pending()
    assert len(mail.outbox) == 4


def test_an_address_asks_for_ten_links_in_a_quarter_of_an_hour(api) -> None:
    answers = [ask(api, f"nobody{number}") for number in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert refused(answers[10]) == (429, "rate_limited")


def test_the_pages_lead_from_the_login_to_a_new_password(client, api) -> None:
    user = UserFactory(second_step=False)
    assert 'href="/password/reset/"' in client.get("/login/").content.decode()
    pages = [client.post("/password/reset/", {"identifier": name}) for name in (user.username, "nobody")]
    assert [page.url for page in pages] == ["/password/reset/sent/"] * 2
    assert client.get("/password/reset/sent/").status_code == 200
    deliver_pending()
    code = code_of(mail.outbox[0].body)
    page = client.get("/password/reset/confirm/")
    assert "no-store" in page["Cache-Control"]
    assert "js/reset.js" in page.content.decode()
    assert client.post("/password/reset/confirm/", {"code": code, "password": NEW}).url == "/login/"
    again = client.post("/password/reset/confirm/", {"code": code, "password": NEW})
    assert again.context["form"].non_field_errors() == ["This link is no longer valid. Please ask for a new one."]
    assert client.post("/login/", {"identifier": user.username, "password": NEW}).status_code == 302


def test_the_code_is_in_no_address_event_or_row(api, caplog) -> None:
    user = UserFactory()
    code = code_for(api, user)
    confirm(api, code)
    rows = [*OutboxEvent.objects.values(), *AuditEntry.objects.values(), *Notification.objects.values()]
    assert code not in str(rows)
    assert code not in caplog.text
    assert not any(letter.to != [user.email] for letter in mail.outbox)
