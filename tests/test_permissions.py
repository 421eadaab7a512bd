"""docs/permissions.md is the truth: every route of the portal, every method, every role, allowed and denied."""

import pytest
from django.test import Client

from accounts.models import Role, User
from authors.models import AuthorAccount
from tests.factories.books import AuthorFactory
from tests.factories.people import person
from tests.permissions.asking import NOT_OFFERED, Caller, ask, logged_in
from tests.permissions.objects import a_reservation, an_author
from tests.permissions.proposing import Callers, proposals
from tests.permissions.routes import routes
from tests.permissions.table import (
    CELLS,
    HIDDEN,
    LOGIN,
    METHODS,
    NO,
    OWN,
    OWN_ELSE_NO,
    ROLES,
    YES,
    cells_of,
    methods_of,
    rows,
)

pytestmark = pytest.mark.django_db

EVERY = routes()
SAID = list(dict.fromkeys(row.route for row in rows()))
FOUND = [route for route in SAID if route in EVERY]


@pytest.fixture
def callers() -> Callers:
    people = {role.value: person(role) for role in Role}
    AuthorAccount.objects.create(author=AuthorFactory(), user=people["author"])
    return {"anonymous": Caller()} | {role: logged_in(user) for role, user in people.items()}


@pytest.fixture
def other() -> User:
    return person()


def owners(who: Caller, other: User, route: str) -> dict[str, User]:
    """Whose object the route names: the caller's own, then another's. What staff see in the admin is others'."""
    if who.user is None or "{" not in route or route.startswith("/admin/"):
        return {"": other}
    return {OWN: who.user, "another's": other}


def furthest(route: str) -> str:
    """A role that the route lets in, an admin if it can be."""
    let_in = {role for _method, role, cell in cells_of(route) if cell not in (NO, LOGIN, HIDDEN)}
    return next((role for role in reversed(ROLES) if role in let_in), "admin")


def expected(cell: str, *, own: bool) -> str:
    if cell == OWN:
        return YES if own else HIDDEN
    if cell == OWN_ELSE_NO:
        return YES if own else NO
    return cell


def test_the_table_has_every_route(callers: Callers, other: User) -> None:
    missing = [route for route in EVERY if route not in SAID]
    assert not missing, f"Judge these and put them into docs/permissions.md:\n{proposals(missing, callers, other)}"


def test_the_table_has_only_routes_that_exist_each_method_once_in_words_it_explains() -> None:
    assert [route for route in SAID if route not in EVERY] == []
    assert [route for route in SAID if len(methods_of(route)) != len(set(methods_of(route)))] == []
    assert {method for row in rows() for method in row.methods} <= set(METHODS)
    assert {cell for row in rows() for cell in row.cells.values()} <= set(CELLS)


def test_each_role_gets_what_the_table_says(callers: Callers, other: User, subtests: pytest.Subtests) -> None:
    for route in FOUND:
        with subtests.test(route):
            wrong = {}
            for method, role, cell in cells_of(route):
                for whose, owner in owners(callers[role], other, route).items():
                    answer, said = ask(method, route, who=callers[role], owner=owner), expected(cell, own=whose == OWN)
                    if answer != said:
                        wrong[f"{role} {method} {whose}".strip()] = f"{answer}, not {said}"
            assert wrong == {}


def test_methods_that_the_table_does_not_have_are_refused(
    callers: Callers, other: User, subtests: pytest.Subtests
) -> None:
    for route in FOUND:
        with subtests.test(route):
            others = {*METHODS, "TRACE"} - set(methods_of(route))
            answers = {method: ask(method, route, who=callers[furthest(route)], owner=other) for method in others}
            assert answers == dict.fromkeys(others, NOT_OFFERED)


def test_the_api_gives_a_browsers_session_the_same_rights(
    callers: Callers, other: User, subtests: pytest.Subtests
) -> None:
    """Every route once, with its first method."""
    for route in FOUND:
        if route.startswith("/api/"):
            with subtests.test(route):
                first = methods_of(route)[0]
                cells = {role: cell for method, role, cell in cells_of(route) if method == first}
                answered = {role: ask(first, route, who=callers[role], owner=other, by_token=False) for role in cells}
                assert answered == {role: expected(cell, own="{" not in route) for role, cell in cells.items()}


def test_fields_are_seen_by_whom_the_document_says(callers: Callers, other: User) -> None:
    """`other` is a patron with a place in a queue; the author has given a bank account."""
    colleague, place, author = person(Role.LIBRARIAN), a_reservation(other), an_author(callers["author"].user)
    AuthorAccount.objects.filter(author=author).update(iban="DE89370400440532013000", account_holder="Somebody")
    seen = {}
    for role in ("author", "librarian", "admin"):
        browser = Client(headers=callers[role].token)
        reservation = browser.get(f"/api/v1/reservations/{place}/").json()
        seen[role] = {
            "name of the patron": reservation.get("user", {}).get("name"),
            "e-mail of a patron": browser.get(f"/api/v1/users/{other.pk}/").json().get("email"),
            "e-mail of a colleague": browser.get(f"/api/v1/users/{colleague.pk}/").json().get("email"),
            "bank account": "bank_account" in browser.get(f"/api/v1/authors/{author}/").json(),
            "secrets of one's own": {"password", "groups", "is_superuser"}
            & browser.get("/api/v1/users/me/").json().keys(),
        }
    nothing = {"bank account": False, "secrets of one's own": set()}
    patrons = {"name of the patron": other.get_full_name(), "e-mail of a patron": other.email}
    nobody = {"name of the patron": None, "e-mail of a patron": None, "e-mail of a colleague": None}
    assert seen == {
        "author": nobody | nothing,
        "librarian": patrons | {"e-mail of a colleague": None} | nothing,
        "admin": patrons | {"e-mail of a colleague": colleague.email} | nothing,
    }
