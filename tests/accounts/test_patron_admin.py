"""Librarians look after patrons in the admin: they find, enter, deactivate and help them, and never reach staff."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Authenticator, Role, User
from library_portal.audit.models import AuditEntry
from library_portal.outbox.delivery import deliver_pending
from reservations import services as lending
from subscriptions import services as money
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.lending import book_with_copies
from tests.factories.people import patron, person
from tests.factories.tokens import access_token

pytestmark = pytest.mark.django_db
PATRONS = "/admin/accounts/patron/"


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def librarian(now) -> User:
    return person(Role.LIBRARIAN)


@pytest.fixture
def desk(librarian: User) -> Client:
    return desk_of(librarian)


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def recorded(whom: User) -> list[tuple[str, str | None]]:
    entries = AuditEntry.objects.filter(whom=whom).order_by("pk")
    return [(entry.action, entry.who and entry.who.username) for entry in entries.select_related("who")]


def test_patrons_are_found_by_how_their_names_and_addresses_begin(desk: Client) -> None:
    ada = UserFactory(username="ada", first_name="Ada", last_name="Lovelace", phone="+14155552671")
    UserFactory(username="grace", role=Role.AUTHOR)
    UserFactory(username="adam", role=Role.LIBRARIAN, first_name="Ada")
    for words in ("AD", "ada@lib", "love", "ada love", "+1415555"):
        assert [one.pk for one in desk.get(PATRONS, {"q": words}).context["cl"].queryset] == [ada.pk], words


def test_a_patron_is_entered_without_a_password_and_sets_it_by_the_link(desk: Client, librarian: User, api) -> None:
    form = {
        "username": "new",
        "email": "new@library.example",
        "first_name": "Ada",
        "role": "admin",
        "password": "x" * 20,
    }
    answer = desk.post(f"{PATRONS}add/", form, follow=True)
    new = User.objects.get(username="new")
    assert said(answer)[0] == "A link to set the password is on its way."
    assert (new.role, new.is_superuser, new.has_usable_password(), new.email_verified_at) == (
        "customer",
        False,
        False,
        None,
    )
    assert recorded(new) == [("person_added", librarian.username), ("password_reset_asked", librarian.username)]
    deliver_pending()
    assert [message.to for message in mail.outbox] == [["new@library.example"]]
    token = re.search(r"confirm/#(\S+)", mail.outbox[0].body)[1]
    chosen = {"token": token, "password": PASSWORD}
    assert api.post("/api/v1/auth/password/reset/confirm/", chosen).status_code in (200, 204)
    new.refresh_from_db()
    assert (new.check_password(PASSWORD), new.email_verified_at is not None) == (True, True)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"username": "new"}, "email"),
        ({"username": "ADA", "email": "new@library.example"}, "username"),
        ({"username": "new", "email": "ADA@library.example"}, "email"),
        ({"username": "new", "phone": "12"}, "phone"),
        ({"username": "a b", "email": "new@library.example"}, "username"),
    ],
)
def test_what_is_wrong_with_a_new_patron_is_said_at_its_field(desk: Client, form: dict, field: str) -> None:
    UserFactory(username="ada")
    page = desk.post(f"{PATRONS}add/", form)
    assert (page.status_code, list(page.context["adminform"].form.errors)) == (200, [field])


def test_names_and_addresses_are_changed_and_a_new_address_is_not_confirmed(desk: Client) -> None:
    ada = UserFactory(username="ada")
    desk.post(f"{PATRONS}{ada.pk}/change/", {"username": "ada", "email": "a@library.example", "last_name": "Lovelace"})
    ada.refresh_from_db()
    assert (ada.email, ada.email_verified_at, ada.last_name) == ("a@library.example", None, "Lovelace")
    [changed, address] = AuditEntry.objects.filter(whom=ada, action__in=["person_changed", "email_changed"]).order_by(
        "pk"
    )
    assert (changed.details, address.details) == ({"fields": ["last_name"]}, {})


def test_role_password_and_second_step_are_not_among_the_fields(desk: Client) -> None:
    ada = UserFactory(username="ada")
    before = User.objects.values().get(pk=ada.pk)
    form = {
        "username": "ada",
        "email": ada.email,
        "role": "admin",
        "is_superuser": "on",
        "second_step": "",
        "password": "x",
    }
    assert desk.post(f"{PATRONS}{ada.pk}/change/", form | {"is_active": "", "groups": "1"}).status_code == 302
    assert User.objects.values().get(pk=ada.pk) == before


@pytest.mark.parametrize("slug", ["deactivate", "reactivate", "reset-second-step", "send-link"])
def test_buttons_ask_back_and_act_only_when_posted_with_the_page_s_token(librarian: User, slug: str) -> None:
    ada = UserFactory(is_active=slug != "reactivate")
    before = User.objects.values().get(pk=ada.pk)
    client = Client(enforce_csrf_checks=True)
    client.force_login(librarian)
    asked = client.get(f"{PATRONS}{ada.pk}/{slug}/")
    assert "csrfmiddlewaretoken" in asked.content.decode()
    assert client.post(f"{PATRONS}{ada.pk}/{slug}/").status_code == 403
    assert (User.objects.values().get(pk=ada.pk), recorded(ada)) == (before, [])


def test_a_patron_is_deactivated_and_reactivated_once_however_often_it_is_sent(desk: Client, librarian: User) -> None:
    ada = UserFactory()
    access_token(ada)
    first, _again = (desk.post(f"{PATRONS}{ada.pk}/deactivate/", follow=True) for _ in range(2))
    assert said(first) == ["The account is deactivated."]
    assert ada.sessions.get().end_reason == "account deactivated"
    for _ in range(2):
        desk.post(f"{PATRONS}{ada.pk}/reactivate/")
    ada.refresh_from_db()
    assert ada.is_active
    who = librarian.username
    assert recorded(ada) == [("session_ended", who), ("deactivated", who), ("reactivated", who)]


def test_the_second_step_of_who_lost_the_app_is_reset(desk: Client, librarian: User, now) -> None:
    ada = UserFactory()
    Authenticator.objects.create(user=ada, secret="kept", confirmed_at=now)
    answer = desk.post(f"{PATRONS}{ada.pk}/reset-second-step/", follow=True)
    assert said(answer) == ["The second step was reset."]
    assert (list(Authenticator.objects.all()), recorded(ada)) == ([], [("second_step_reset", librarian.username)])


@pytest.mark.parametrize("role", [Role.LIBRARIAN, Role.ADMIN])
def test_staff_are_out_of_reach(desk: Client, role: Role) -> None:
    colleague = UserFactory(role=role)
    before = User.objects.values().get(pk=colleague.pk)
    listed = desk.get(PATRONS).context["cl"].queryset
    statuses = [
        desk.post(f"{area}{colleague.pk}/{slug}/").status_code
        for area in (PATRONS, "/admin/accounts/user/")
        for slug in ("deactivate", "reset-second-step", "send-link", "end-sessions", "password")
    ]
    assert colleague.pk not in {one.pk for one in listed}
    assert set(statuses) <= {403, 404}
    assert desk.get(f"{PATRONS}{colleague.pk}/change/").status_code == 302
    assert (User.objects.values().get(pk=colleague.pk), recorded(colleague)) == (before, [])


def test_a_librarian_sets_no_password_and_ends_no_sessions_of_patrons(desk: Client) -> None:
    ada = UserFactory()
    addresses = (
        f"{PATRONS}{ada.pk}/password/",
        f"{PATRONS}{ada.pk}/end-sessions/",
        f"/admin/accounts/user/{ada.pk}/password/",
    )
    assert [desk.post(address).status_code for address in addresses] == [404, 404, 403]
    assert desk.post(f"{PATRONS}{ada.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AUTHOR])
def test_patrons_do_not_get_in(role: Role) -> None:
    client = desk_of(UserFactory(role=role))
    for address in (PATRONS, f"{PATRONS}add/", f"{PATRONS}1/deactivate/"):
        assert client.get(address).status_code == 302


def test_the_page_shows_shelf_money_and_log_ins(desk: Client, now, django_assert_max_num_queries) -> None:
    reader = patron(balance="5.00", username="reader")
    access_token(reader)
    held, lent = book_with_copies(title="Held"), book_with_copies(title="Lent")
    money.set_plan(user_id=reader.pk, plan_code="PREMIUM", now=now)
    for book in (held, lent):
        lending.reserve(user_id=reader.pk, book_id=book.pk, days=None, join_queue=True, now=now)
    money.charge_or_owe(
        user_id=reader.pk, amount=20, kind=money.EntryKind.LATE_FEE, reference="reservation:1", key="late"
    )
    with django_assert_max_num_queries(40):
        page = desk.get(f"{PATRONS}{reader.pk}/change/")
    text = page.content.decode()
    assert [str(title) for title, _panel in page.context["panels"]] == [
        "Last log-ins",
        "Plan and wallet",
        "Debts",
        "Shelf",
    ]
    for shown in ("Held", "Lent", "Premium", "reservation:1", "$0.00"):
        assert shown in text, shown


@pytest.mark.parametrize("lookup", ["password__startswith", "password__gt", "password"])
def test_nobody_reads_a_password_hash_by_filtering_for_it(lookup: str, librarian: User) -> None:
    admin = person(Role.ADMIN)
    for staff in (librarian, admin):
        assert desk_of(staff).get(PATRONS, {lookup: "argon2"}).status_code == 400
    assert desk_of(admin).get("/admin/accounts/user/", {lookup: "argon2"}).status_code == 400


def test_a_form_from_before_a_change_puts_nothing_old_back(desk: Client) -> None:
    ada = UserFactory(username="ada", email="old@library.example")
    page = desk.get(f"{PATRONS}{ada.pk}/change/").context["adminform"].form
    shown = {name: page[name].value() or "" for name in page.fields}
    seen = {f"initial-{name}": value for name, value in shown.items()}
    User.objects.filter(pk=ada.pk).update(email="new@library.example", first_name="Ada")
    desk.post(f"{PATRONS}{ada.pk}/change/", {**shown, **seen, "last_name": "Lovelace"})
    ada.refresh_from_db()
    assert (ada.email, ada.first_name, ada.last_name) == ("new@library.example", "Ada", "Lovelace")
    assert ada.email_verified_at is not None


def test_a_form_that_comes_back_as_it_was_changes_nothing(desk: Client) -> None:
    ada = UserFactory(username="ada", phone="+14155552671", first_name="Ada", language="en")
    User.objects.filter(pk=ada.pk).update(phone_verified_at=ada.email_verified_at)
    before = User.objects.values().get(pk=ada.pk)
    form = desk.get(f"{PATRONS}{ada.pk}/change/").context["adminform"].form
    seen = {form[name].html_name: form[name].value() for name in form.fields}
    seen |= {form[name].html_initial_name: form[name].value() for name in form.fields}
    assert desk.post(f"{PATRONS}{ada.pk}/change/", seen).status_code == 302
    assert (User.objects.values().get(pk=ada.pk), recorded(ada)) == (before, [])


def test_the_form_remembers_what_it_showed(desk: Client) -> None:
    ada = UserFactory(username="ada", email="ada@library.example")
    page = desk.get(f"{PATRONS}{ada.pk}/change/").content.decode()
    assert re.search(r'<input type="hidden" name="initial-email" value="ada@library.example"', page)
