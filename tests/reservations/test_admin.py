"""Lending and money in the admin: everything goes through the use cases, and only staff may."""

import re
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from accounts.models import Role
from reservations.models import Reservation, Status
from subscriptions.models import LedgerEntry
from subscriptions.queries import current_plan, wallet_of
from tests.factories.lending import book_with_copies
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db

RESERVATIONS = "/admin/reservations/reservation/"


def client_of(role: str) -> Client:
    user = person(role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk() -> Client:
    return client_of(Role.LIBRARIAN)


def reserve(desk: Client, user, book, days: str = "") -> list[str]:
    """Fill in the form; the messages and errors that come of it."""
    answer = desk.post(RESERVATIONS + "add/", {"user": user.pk, "book": book.pk, "days": days}, follow=True)
    form = answer.context.get("form")
    return [str(message) for message in answer.context["messages"]] + (form.non_field_errors() if form else [])


def test_every_model_of_the_portal_has_a_page_in_the_admin() -> None:
    ours = [app for app in apps.get_app_configs() if app.name.split(".")[0] in
            ("books", "accounts", "subscriptions", "reservations", "library_portal", "watching")]  # fmt: skip
    inside_others = {"books.Authorship", "books.Book_genres", "books.BookSearchEntry", "api.KeptAnswer"}
    inside_others |= {"accounts.Authenticator", "accounts.RecoveryCode", "books.MonthlyLoans", "watching.Watch"}
    inside_others |= {"books.Isbn", "books.AuthorAlias", "books.SearchIndex"}
    inside_others |= {"books.ImportDraft", "books.ImportRemark", "books.ImportedBook"}
    inside_others |= {"reservations.CalendarFeed", "reservations.HoldShelfPlace", "reservations.WeeklyClosing"}
    inside_others |= {"subscriptions.PaymentRefund"}
    lacking = {
        model._meta.label for app in ours for model in app.get_models() if model not in admin.site._registry
    } - inside_others
    assert lacking == set()


def test_a_librarian_reserves_for_a_patron(desk: Client) -> None:
    reader, book = patron(), book_with_copies(1)
    assert reserve(desk, reader, book, "5") == ["Reserved: ready"]
    [held] = Reservation.objects.all()
    assert (held.user, held.status, held.days, held.price) == (reader, Status.READY, 5, Decimal("0.50"))


def test_a_refusal_is_told_at_the_form(desk: Client) -> None:
    poor, book = patron(balance="0"), book_with_copies(1)
    assert reserve(desk, poor, book) == ["This costs $0.70 and the wallet holds $0.00: $0.70 is missing."]
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("field", ["user", "book"])
@pytest.mark.parametrize("value", ["abc", "-1", "9" * 30, "9" * 5000], ids=["word", "negative", "large", "too large"])
def test_what_names_nobody_and_no_book_is_an_error_at_its_field(desk: Client, field: str, value: str) -> None:
    filled_in = {"user": patron().pk, "book": book_with_copies(1).pk, "days": ""} | {field: value}
    answer = desk.post(RESERVATIONS + "add/", filled_in)
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])
    assert Reservation.objects.count() == 0


def test_lists_take_the_same_number_of_queries_however_long(desk: Client, django_assert_max_num_queries) -> None:
    wanted = book_with_copies(1)
    for _ in range(12):
        reserve(desk, patron(plan="PLUS"), book_with_copies(1))
        reserve(desk, patron(plan="PLUS"), wanted)
    chief = client_of(Role.ADMIN)
    for address in (
        RESERVATIONS,
        RESERVATIONS + "?overdue=yes",
        "/admin/subscriptions/wallet/",
        "/admin/subscriptions/ledgerentry/",
        "/admin/subscriptions/subscription/",
        "/admin/subscriptions/payment/",
        "/admin/subscriptions/debt/",
    ):
        with django_assert_max_num_queries(10):
            assert chief.get(address).status_code == 200, address


@pytest.mark.parametrize("role", [Role.LIBRARIAN, Role.ADMIN])
def test_nobody_reserves_for_staff(desk: Client, role: str) -> None:
    page = desk.post(RESERVATIONS + "add/", {"user": person(role).pk, "book": book_with_copies(1).pk})
    assert list(page.context["form"].errors) == ["user"]
    assert not Reservation.objects.exists()


def test_an_admin_adjusts_a_wallet_with_a_reason_once_per_form() -> None:
    chief, reader = client_of(Role.ADMIN), patron(balance="1.00")
    address = f"/admin/subscriptions/wallet/{reader.wallet.pk}/adjust/"
    key = re.search(r'name="key" value="([^"]+)"', chief.get(address).content.decode())
    assert key
    for _ in range(2):
        chief.post(address, {"amount": "2.50", "reason": "Book was damaged", "key": key[1]})
    assert wallet_of(user_id=reader.pk).balance == Decimal("3.50")
    entry = LedgerEntry.objects.get(kind="adjustment", amount=Decimal("2.50"))
    assert re.fullmatch(r"Book was damaged \(#\d+\)", entry.reason)


def test_an_admin_puts_a_patron_on_a_plan(now) -> None:
    reader, chief = patron(), client_of(Role.ADMIN)
    plan = current_plan(user_id=patron(plan="PLUS").pk, now=now)
    form = {"user": reader.pk, "plan": plan.pk, "reason": "Prize"}
    answer = chief.post("/admin/subscriptions/subscription/add/", form)
    assert answer.status_code == 302, answer.content
    assert current_plan(user_id=reader.pk, now=now).code == "PLUS"


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AUTHOR])
def test_patrons_have_no_admin(role: str) -> None:
    client = client_of(role)
    for address in (RESERVATIONS, RESERVATIONS + "add/", "/admin/subscriptions/wallet/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), address


def test_librarians_do_not_touch_money(desk: Client) -> None:
    reader = patron(balance="1.00")
    address = f"/admin/subscriptions/wallet/{reader.wallet.pk}/adjust/"
    desk.post(address, {"amount": "5", "reason": "x", "key": "00000000-0000-4000-8000-000000000000"})
    assert desk.post("/admin/subscriptions/plan/add/", {}).status_code == 403
    assert wallet_of(user_id=reader.pk).balance == Decimal("1.00")
