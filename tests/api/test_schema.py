"""The schema is the truth for mobile clients: valid OpenAPI 3.1, every operation named and explained (api.md)."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

from library_portal.api.json import dumps
from tests.api.operations import as_json


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [described for methods in schema["paths"].values() for described in methods.values()]


def test_the_schema_is_valid_openapi_3_1(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    validate(json.loads(as_json(schema)))


def test_making_the_schema_warns_of_nothing(tmp_path: Path) -> None:
    call_command("spectacular", fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_every_operation_has_an_id_of_its_own_and_a_summary(schema: dict[str, Any]) -> None:
    described = operations_of(schema)
    ids = [operation["operationId"] for operation in described]

    assert len(set(ids)) == len(ids) > 40
    assert [operation["operationId"] for operation in described if not operation.get("summary")] == []


def test_what_is_sent_has_an_example(schema: dict[str, Any]) -> None:
    bodies = {
        operation["operationId"]: operation["requestBody"]["content"].get("application/json")
        for operation in operations_of(schema)
        if "requestBody" in operation
    }
    assert {"books_create", "reservations_update", "users_charge", "payments_webhook"} <= set(bodies)
    assert [name for name, body in bodies.items() if body and not body.get("examples")] == []


def test_every_error_is_documented_as_a_problem_with_its_codes(schema: dict[str, Any]) -> None:
    errors = [
        response
        for operation in operations_of(schema)
        for status, response in operation["responses"].items()
        if status >= "400"
    ]

    assert {tuple(error["content"]) for error in errors} == {("application/problem+json",)}
    assert all(error["description"].startswith("`") for error in errors)


def test_an_error_is_shown_with_the_words_of_its_refusal(schema: dict[str, Any]) -> None:
    answers = schema["paths"]["/api/v1/auth/verify-otp/"]["post"]["responses"]
    shown = answers["401"]["content"]["application/problem+json"]["examples"].values()
    assert [example["value"]["detail"] for example in shown] == [
        "This code is no longer valid. Please start again.",
        "This code is not right.",
    ]


def test_a_refusal_for_want_of_money_is_shown_with_its_amounts(schema: dict[str, Any]) -> None:
    answer = schema["paths"]["/api/v1/reservations/"]["post"]["responses"]["402"]["content"]["application/problem+json"]
    [example] = answer["examples"].values()

    amounts = {"required": "0.70", "balance": "0.20", "shortfall": "0.50"}
    assert {name: example["value"][name] for name in amounts} == amounts
    assert amounts.keys() <= schema["components"]["schemas"]["Problem"]["properties"].keys()


def test_the_guide_names_what_there_is(schema: dict[str, Any]) -> None:
    guide, written = schema["info"]["description"], str([schema["paths"], schema["components"]])
    named = re.findall(r"`([A-Z]+) ([a-z/{}-]+)`", guide)
    names = set(re.findall(r"`(\w+_\w+)`", guide))

    assert (len(named), len(names)) == (15, 15)
    assert [path for method, path in named if method.lower() not in schema["paths"].get(f"/api/v1/{path}", {})] == []
    assert [name for name in names if name not in written] == []


def test_reserving_documents_its_refusals_and_its_key(schema: dict[str, Any]) -> None:
    reserve = schema["paths"]["/api/v1/reservations/"]["post"]

    assert "`already_reserved`" in reserve["responses"]["409"]["description"]
    assert "`idempotency_in_progress`" in reserve["responses"]["409"]["description"]
    assert "`insufficient_funds`" in reserve["responses"]["402"]["description"]
    assert "`idempotency_mismatch`" in reserve["responses"]["422"]["description"]
    assert [parameter["name"] for parameter in reserve["parameters"]] == ["Idempotency-Key"]


def test_answers_without_an_error_of_their_own_are_documented_too(schema: dict[str, Any]) -> None:
    """The caller's copy still holds; a page past the end."""
    assert "304" in schema["paths"]["/api/v1/books/{id}/"]["get"]["responses"]
    assert "404" in schema["paths"]["/api/v1/plans/"]["get"]["responses"]
    assert "404" not in schema["paths"]["/api/v1/reservations/"]["get"]["responses"]


def test_a_copy_in_use_is_documented_where_it_is_refused(schema: dict[str, Any]) -> None:
    assert {"409"} <= schema["paths"]["/api/v1/copies/{id}/"]["delete"]["responses"].keys()
    assert {"409"} <= schema["paths"]["/api/v1/copies/{id}/"]["patch"]["responses"].keys()


FIRST_READERS = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
import django; django.setup()
from django.test import Client
together = Barrier(8)
def read(_):
    together.wait()
    return Client(raise_request_exception=False).get("/api/v1/schema/").status_code
with ThreadPoolExecutor(8) as readers:
    print(*readers.map(read, range(8)))
"""


def test_many_may_be_the_first_to_read_it() -> None:
    """In a process of its own: here others have read it before."""
    done = subprocess.run([sys.executable, "-c", FIRST_READERS], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["200"] * 8, done.stderr[-2000:]


def test_it_is_made_once_and_read_again_for_nothing(client: Client, schema: dict[str, Any], monkeypatch: Any) -> None:
    first = client.get("/api/v1/schema/?format=json")
    monkeypatch.setattr(SchemaGenerator, "get_schema", None)
    again = client.get("/api/v1/schema/?format=json&x=1")
    kept = client.get("/api/v1/schema/?format=json", headers={"If-None-Match": first["ETag"]})

    assert first.json() == json.loads(as_json(schema))
    assert (again.content, kept.status_code) == (first.content, 304)
    assert first["Content-Type"] == "application/vnd.oai.openapi+json; charset=utf-8"


@pytest.mark.parametrize("address", ["/docs/", "/redoc/"])
def test_the_pages_of_the_documentation_are_only_read(client: Client, address: str) -> None:
    assert client.options(address).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/docs/", "/redoc/"])
def test_the_documentation_comes_from_local_files(client: Client, address: str) -> None:
    page = client.get(address)

    assert page.status_code == 200
    assert b"https://" not in page.content
    assert b"/static/drf_spectacular_sidecar/" in page.content


def test_times_are_utc_and_texts_are_whole() -> None:
    value = {"at": datetime(2026, 11, 2, 12, tzinfo=UTC), "fee": Decimal("0.10"), 1: "ł"}

    assert dumps(value).decode() == '{"at":"2026-11-02T12:00:00Z","fee":"0.10","1":"ł"}'
