"""Whatever comes in, the API answers with what its schema promises: a problem with 4xx, never a 500 or an HTML page."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from accounts.models import Role
from tests.api.operations import (
    BROKEN_BODIES,
    BROKEN_QUERIES,
    IMPOSSIBLE_IDS,
    WRONG_QUERIES,
    Operation,
    as_json,
    operations,
)
from tests.factories.people import person
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

EVERY = operations()
WITH_BODY = [operation for operation in EVERY if operation.method in ("POST", "PUT", "PATCH")]
WITH_ADDRESS = [operation for operation in EVERY if operation.path_types]
each = pytest.mark.parametrize("operation", EVERY, ids=str)
each_with_body = pytest.mark.parametrize("operation", WITH_BODY, ids=str)
each_with_address = pytest.mark.parametrize("operation", WITH_ADDRESS, ids=str)

client = Client()
MEMBERS = {"type", "title", "status", "detail", "code", "errors"}


@pytest.fixture
def admin() -> dict[str, str]:
    """Who gets furthest."""
    return bearer(person(Role.ADMIN))


@pytest.fixture
def patron() -> dict[str, str]:
    return bearer(person())


def send(
    operation: Operation,
    address: str,
    headers: dict[str, str],
    body: bytes = b"{}",
    content_type: str = "application/json",
) -> Any:
    return client.generic(operation.method, address, body, content_type=content_type, headers=headers)


def assert_promised(operation: Operation, response: Any) -> None:
    """An answer of the schema; if it is an error, a whole problem."""
    sent = f"{operation} answered {response.status_code}: {response.getvalue()[:300]!r}"
    assert response.status_code in operation.statuses, sent
    if response.status_code >= 400:
        assert_problem(response)


def assert_problem(response: Any) -> None:
    assert 400 <= response.status_code < 500, response.content[:300]
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem.keys() >= MEMBERS
    assert problem["status"] == response.status_code
    assert problem["type"] == f"urn:library-portal:problem:{problem['code']}"
    assert all(isinstance(messages, list) and messages for messages in problem["errors"].values())
    assert "Traceback" not in response.content.decode()


def test_the_schema_has_operations_to_try() -> None:
    assert len(EVERY) > 40
    assert {"/api/v1/reservations/", "/api/v1/auth/login/", "/api/v1/books/{id}/"} <= {one.path for one in EVERY}


@each_with_body
def test_a_broken_body_is_refused(operation: Operation, admin: dict[str, str]) -> None:
    for body in BROKEN_BODIES.values():
        assert_promised(operation, send(operation, operation.address(), admin, body))


@each_with_body
def test_a_spoiled_field_is_refused_or_taken_never_a_crash(operation: Operation, admin: dict[str, str]) -> None:
    for body in operation.wrong_bodies():
        assert_promised(operation, send(operation, operation.address(), admin, as_json(body)))


@each_with_body
def test_another_content_type_than_json_is_refused(operation: Operation, admin: dict[str, str]) -> None:
    for content_type in (
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "a",
        "",
    ):
        assert_promised(operation, send(operation, operation.address(), admin, b'{"a": 1}', content_type))


@each
def test_a_wrong_query_is_refused_or_ignored(operation: Operation, admin: dict[str, str]) -> None:
    wrong = [f"{name}={quote(value)}" for name in operation.query for value in WRONG_QUERIES]
    for query in (*wrong, *BROKEN_QUERIES):
        assert_promised(operation, send(operation, f"{operation.address()}?{query}", admin))


@each_with_address
def test_an_unknown_or_impossible_id_is_refused(
    operation: Operation, admin: dict[str, str], patron: dict[str, str]
) -> None:
    name = next(iter(operation.path_types))
    for wrong in IMPOSSIBLE_IDS:
        address = operation.address(**{name: wrong})
        assert_problem(send(operation, address, admin))
        assert_problem(send(operation, address, patron))


@each
def test_who_is_unknown_or_has_a_false_token_gets_a_problem(operation: Operation) -> None:
    assert_promised(operation, send(operation, operation.address(), {}))
    for token in ("", "x", "a.b.c", "\u00e9", "x" * 9000, "e30.e30.e30"):
        assert_promised(operation, send(operation, operation.address(), {"Authorization": f"Bearer {token}"}))


@pytest.mark.parametrize("path", sorted({operation.path for operation in EVERY}))
def test_another_method_is_refused(path: str, admin: dict[str, str]) -> None:
    operation = next(operation for operation in EVERY if operation.path == path)

    response = client.generic("TRACE", operation.address(), headers=admin)

    assert response.status_code in (403, 404, 405)
    assert_problem(response)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "x", "*/*;q=x"])
def test_another_format_than_json_is_refused_or_json(accept: str) -> None:
    response = client.get("/api/v1/plans/", headers={"Accept": accept})

    assert response.status_code in (200, 406)
    assert response["Content-Type"] in ("application/json", "application/problem+json")


@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1/nothing/", "/api/v2/", "/api/v1/books/1/nothing/", "/api/v1/%ff/"]
)
def test_an_unknown_address_is_a_problem_not_a_page(address: str) -> None:
    response = client.get(address)

    assert response.status_code == 404
    assert_problem(response)
