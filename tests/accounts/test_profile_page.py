"""The profile and the pages beside it: names, addresses with their codes, what is written about, and privacy; all of it
by plain forms."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Role, Session, User
from library_portal.notifications.models import Preference
from library_portal.outbox.models import OutboxEvent
from tests.accounts.codes_sent import code_from_mail, wrong_code
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PROFILE, CONFIRM = "/me/profile/", "/me/profile/confirm/"
SECURITY, NOTIFICATIONS, PRIVACY = "/me/security/", "/me/profile/notifications/", "/me/profile/privacy/"
NEW, PHONE = "countess@library.example", "+14155552671"


@pytest.fixture
def ada(client: Client) -> User:
    user = UserFactory(username="ada", first_name="Ada")
    client.force_login(user)
    return user


def words(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.mark.parametrize("path", [PROFILE, f"{PROFILE}email/", f"{PROFILE}phone/", CONFIRM, NOTIFICATIONS, PRIVACY])
def test_strangers_log_in_first(client, path) -> None:
    assert client.get(path).status_code == 302
    assert client.get(path).url.startswith(("/login/", PROFILE))


@pytest.mark.parametrize("page", [PROFILE, SECURITY, NOTIFICATIONS, PRIVACY])
def test_each_page_of_the_account_leads_to_the_others_and_marks_itself(client, ada, page) -> None:
    tabs = re.search(r'<nav class="tabs".*?</nav>', client.get(page).content.decode(), re.DOTALL).group()
    assert re.findall(r'href="([^"]+)"', tabs) == [PROFILE, SECURITY, NOTIFICATIONS, PRIVACY]
    assert re.findall(r'href="([^"]+)" aria-current="page"', tabs) == [page]


def test_the_page_shows_names_addresses_and_their_state(client, ada) -> None:
    User.objects.filter(pk=ada.pk).update(phone=PHONE)
    page = client.get(PROFILE)
    assert 'value="Ada"' in page.content.decode()
    assert "ada@library.example confirmed" in words(page)
    assert f"{PHONE} not confirmed" in words(page)


def test_names_are_saved_and_nothing_else_that_is_sent_along(client, ada) -> None:
    sent = {"first_name": "Augusta", "last_name": "King", "role": "admin", "username": "eve", "email": NEW}
    assert client.post(PROFILE, sent | {"is_superuser": "on", "code_channel": "sms"}).url == PROFILE
    ada.refresh_from_db()
    assert (ada.first_name, ada.last_name, ada.role, ada.username) == ("Augusta", "King", "customer", "ada")
    assert (ada.email, ada.is_superuser, ada.code_channel) == ("ada@library.example", False, "email")


def test_codes_come_by_the_channel_chosen_among_confirmed_ones(client, ada) -> None:
    assert 'name="code_channel"' not in client.get(PROFILE).content.decode()
    User.objects.filter(pk=ada.pk).update(phone=PHONE, phone_verified_at=timezone.now())
    client.post(PROFILE, {"code_channel": "sms"})
    ada.refresh_from_db()
    assert ada.code_channel == "sms"


def test_a_new_email_goes_through_its_code(client, ada) -> None:
    elsewhere = Client()
    elsewhere.force_login(ada)
    assert client.post(f"{PROFILE}email/", {"address": NEW}).url == CONFIRM
    assert NEW in words(client.get(CONFIRM))
    code = code_from_mail(NEW)
    wrong = client.post(CONFIRM, {"code": wrong_code(code)})
    assert "This code is not right." in words(wrong)
    assert client.post(CONFIRM, {"code": code}).url == PROFILE
    ada.refresh_from_db()
    assert ada.email == NEW
    assert "The new address is in place." in words(client.get(PROFILE))
    assert elsewhere.get(PROFILE).url == f"/login/?next={PROFILE}"
    assert client.get(CONFIRM).url == PROFILE


def test_a_new_code_can_be_asked_for(client, ada) -> None:
    client.post(f"{PROFILE}email/", {"address": NEW})
    code_from_mail(NEW)
    assert client.post(f"{CONFIRM}resend/").url == CONFIRM
    assert client.post(CONFIRM, {"code": code_from_mail(NEW)}).url == PROFILE
    assert len(mail.outbox) == 2
    assert client.post(f"{CONFIRM}resend/").url == PROFILE


def test_somebody_elses_address_looks_like_a_free_one(client, ada) -> None:
    UserFactory(username="grace")
    pages = []
    for address in ("grace@library.example", "gracf@library.example"):
        assert client.post(f"{PROFILE}email/", {"address": address}).url == CONFIRM
        pages.append(words(client.get(CONFIRM)).replace(address, ""))
    assert pages[0] == pages[1]


def test_five_wrong_codes_lead_back_to_the_profile(client, ada) -> None:
    client.post(f"{PROFILE}email/", {"address": NEW})
    code = code_from_mail(NEW)
    for _ in range(5):
        assert client.post(CONFIRM, {"code": wrong_code(code)}).status_code == 200
    assert client.post(CONFIRM, {"code": code}).url == PROFILE
    assert "This code is no longer valid." in words(client.get(PROFILE))


@pytest.mark.parametrize("body", [{"address": NEW}, {"remove": "1"}])
def test_the_password_is_asked_for_when_it_was_given_long_ago(client, ada, body) -> None:
    Session.objects.update(confirmed_at=timezone.now() - timezone.timedelta(minutes=16))
    asked = client.post(f"{PROFILE}email/", body)
    assert asked.url == "/me/security/confirm/?next=%2Fme%2Fprofile%2Femail%2F"
    assert not OutboxEvent.objects.filter(name="otp.requested").exists()


def test_an_address_is_removed_only_while_another_confirmed_one_remains(client, ada) -> None:
    client.post(f"{PROFILE}email/", {"remove": "1"})
    assert "This is the only confirmed address" in words(client.get(PROFILE))
    User.objects.filter(pk=ada.pk).update(phone=PHONE, phone_verified_at=timezone.now())
    client.post(f"{PROFILE}email/", {"remove": "1"})
    ada.refresh_from_db()
    assert (ada.email, ada.code_channel) == (None, "sms")


@pytest.mark.parametrize(("path", "address"), [("email", "no address"), ("phone", "12"), ("phone", "")])
def test_what_is_no_address_is_said_at_its_field(client, ada, path, address) -> None:
    page = client.post(f"{PROFILE}{path}/", {"address": address}).content.decode()
    assert 'id="id_address_error"' in page


def test_too_many_codes_are_refused_at_the_field(client, ada, no_limit_per_address) -> None:
    answers = [client.post(f"{PROFILE}email/", {"address": f"a{n}@library.example"}).status_code for n in range(6)]
    assert answers == [302] * 5 + [429]


def test_messages_are_chosen_by_kind_and_way(client, ada) -> None:
    page = client.get(NOTIFICATIONS).content.decode()
    assert 'name="by_mail" value="copy_ready" aria-label="Copy ready: E-mail" checked' in page
    for absent in ('name="by_sms"', 'value="account"', 'value="staff_digest"'):
        assert absent not in page
    assert client.post(NOTIFICATIONS, {"by_mail": ["payment"], "by_sms": ["payment"]}).url == NOTIFICATIONS
    wanted = Preference.objects.filter(user=ada, by_mail=True).values_list("kind", "by_sms")
    assert list(wanted) == [("payment", False)]


def test_sms_can_be_chosen_with_a_confirmed_phone_and_a_gateway(client, ada, settings) -> None:
    User.objects.filter(pk=ada.pk).update(phone=PHONE, phone_verified_at=timezone.now())
    client.post(NOTIFICATIONS, {"by_mail": ["payment"], "by_sms": ["copy_ready"]})
    assert list(Preference.objects.filter(by_sms=True).values_list("kind", "by_mail")) == [("copy_ready", False)]
    settings.SMS_GATEWAY = ""
    assert 'name="by_sms"' not in client.get(NOTIFICATIONS).content.decode()
    client.post(NOTIFICATIONS, {"by_mail": ["copy_ready"]})
    assert list(Preference.objects.filter(by_sms=True).values_list("kind", "by_mail")) == [("copy_ready", True)]


def test_only_staff_choose_about_the_staff_digest(client, ada) -> None:
    client.post(NOTIFICATIONS, {"by_mail": ["staff_digest"]})
    assert not Preference.objects.exists()
    client.force_login(UserFactory(role=Role.LIBRARIAN))
    assert 'value="staff_digest"' in client.get(NOTIFICATIONS).content.decode()


def test_what_was_not_offered_changes_nothing_and_is_said(client, ada) -> None:
    client.post(NOTIFICATIONS, {"by_mail": ["nothing of the kind"]})
    assert "Nothing was changed" in words(client.get(NOTIFICATIONS))
    assert not Preference.objects.exists()


def test_the_loan_history_is_kept_only_by_choice(client, ada) -> None:
    for choice, keeps, said in (
        ("keep", True, "Your loans are remembered."),
        ("forget", False, "Your past loans are forgotten."),
    ):
        assert client.post(f"{PROFILE}loan-history/", {choice: "1"}).url == PRIVACY
        ada.refresh_from_db()
        assert ada.keeps_loan_history is keeps
        assert said in words(client.get(PRIVACY))


@pytest.mark.parametrize("page", [PROFILE, NOTIFICATIONS, PRIVACY])
def test_the_pages_take_few_queries(client, ada, django_assert_max_num_queries, page) -> None:
    with django_assert_max_num_queries(6):
        client.get(page)
