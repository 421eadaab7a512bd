"""The schema is the truth for mobile clients: valid OpenAPI 3.1, every operation named and explained (api.md)."""

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate


@pytest.fixture(scope="module")
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_schema_is_valid_openapi(schema: dict) -> None:
    validate(schema)
    assert schema["openapi"].startswith("3.1")


def test_making_the_schema_warns_of_nothing(tmp_path) -> None:
    call_command("spectacular", fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_every_operation_has_an_id_a_summary_and_its_errors(schema: dict) -> None:
    operations = [
        (method, path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]
    assert len(operations) > 40
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(ids) == len(set(ids))
    lacking = [
        f"{method} {path}"
        for method, path, operation in operations
        if not operation.get("summary") or not any(status >= "400" for status in operation["responses"])
    ]
    assert lacking == []
