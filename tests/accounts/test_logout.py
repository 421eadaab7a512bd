"""Whoever is logged in can leave from every page."""

import pytest
from django.test import Client

from accounts.models import Role
from tests.factories.people import person
from tests.permissions.table import LOGIN, YES, rows

pytestmark = pytest.mark.django_db
# Not pages: downloads, a script, answers to a script.
OTHERS = (
    "/admin/audit/auditentry/export/", "/admin/books/book/export/csv/", "/admin/books/book/export/marcxml/",
    "/admin/jsi18n/", "/admin/autocomplete/", "/me/calendar/library.ics",
    "/admin/reservations/purchasesuggestion/export/", "/me/wallet/statement.csv", "/me/wallet/statement.pdf",
    "/admin/subscriptions/ledgerentry/money.csv", "/admin/subscriptions/ledgerentry/export/",
    "/admin/authors/authoraccount/payouts.csv",
)  # fmt: skip
PAGES = [
    row.route
    for row in rows()
    if "GET" in row.methods and row.cells["anonymous"] == LOGIN and row.cells["admin"] == YES
    if not row.route.startswith("/api/") and "{" not in row.route and row.route not in OTHERS
]


def test_there_are_pages_to_try() -> None:
    assert {"/me/", "/me/security/", "/admin/", "/admin/books/book/"} <= set(PAGES)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_behind_the_login_has_the_way_out(address: str, client: Client) -> None:
    client.force_login(person(Role.ADMIN))
    page = client.get(address, follow=True).getvalue().decode()
    assert 'action="/logout/"' in page or 'action="/admin/logout/"' in page
