"""Every operation of the API, out of its own OpenAPI schema, and requests for it that no client should send."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from drf_spectacular.generators import SchemaGenerator

UNKNOWN = {"integer": "987654321", "string": "unknown"}
# What programs send by mistake and people on purpose, in place of a value.
WRONG_VALUES = [None, True, 0.1, 10**30, 1e308, "NaN", "1e999", [], [None], {}, {"a": {"b": [1]}}]
# Of the right type at first sight: these get past a first check.
ODD_VALUES = [-1, 0, 2**31, 2**63, "", "x" * 5000, "9" * 20, "\N{GRINNING FACE}\u202e"]
WRONG_QUERIES = [
    "",
    "x",
    "-1",
    "0",
    "9" * 20,
    "9" * 400,
    "1e999",
    "NaN",
    "Infinity",
    "1,2",
    "\N{GRINNING FACE}",
    "'",
    "%",
    "\\",
]
BROKEN_QUERIES = ["a=%00", "%00=a", "q=%ff%fe", "a=%", "a=%zz", "&" * 5000, "a" * 20_000, "unknown=x"]
IMPOSSIBLE_IDS = ["0", str(2**31), str(2**63 - 1), "9" * 30, "9" * 5000, "-1", "x", "%00", "%ff", "1%2F2", "%0a"]
BROKEN_BODIES = {
    "nothing": b"",
    "cut off": b'{"a": ',
    "two objects": b"{}{}",
    "a list": b"[]",
    "a text": b'"a"',
    "null": b"null",
    "a number": b"1",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "latin-1": '{"a": "\u00e9"}'.encode("latin-1"),
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "half a surrogate": b'{"a": "\\ud800"}',
    "NUL in a value": b'{"a": "\\u0000"}',
    "NUL in a name": b'{"\\u0000": 1}',
    "a raw NUL": b'{"a": "\0"}',
    "deep": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep enough to hurt": b'{"a":' + b"[" * 500 + b"]" * 500 + b"}",
    "a number of 5000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "10 MB": b'{"a": "' + b"x" * 10_000_000 + b'"}',
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    statuses: frozenset[int]
    query: tuple[str, ...] = ()
    body: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)
    path_types: dict[str, str] = field(default_factory=dict, hash=False, compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, **values: str) -> str:
        unknown = {name: UNKNOWN[kind] for name, kind in self.path_types.items()}
        return self.path.format(**{**unknown, **values})

    def wrong_bodies(self) -> Iterator[dict[str, Any]]:
        """A body that may even be right, then all of its fields spoiled at once, then one at a time."""
        fine = {name: example(schema) for name, schema in self.body.items()}
        yield fine
        for wrong in WRONG_VALUES:
            yield dict.fromkeys(fine, wrong)
        for name in fine:
            yield {other: value for other, value in fine.items() if other != name}
            for odd in ODD_VALUES:
                yield {**fine, name: odd}


def operations() -> list[Operation]:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return [
        _operation(schema, method.upper(), path, described)
        for path, methods in schema["paths"].items()
        for method, described in methods.items()
        if path != "/api/v1/schema/"
    ]


def _operation(schema: dict[str, Any], method: str, path: str, described: dict[str, Any]) -> Operation:
    parameters = described.get("parameters", [])
    return Operation(
        method=method,
        path=path,
        statuses=frozenset(int(status) for status in described["responses"]),
        query=tuple(parameter["name"] for parameter in parameters if parameter["in"] == "query"),
        body=_properties(schema, described),
        path_types={
            parameter["name"]: parameter["schema"].get("type", "string")
            for parameter in parameters
            if parameter["in"] == "path"
        },
    )


def _properties(schema: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    reference = content.get("schema", {}).get("$ref", "")
    return schema["components"]["schemas"].get(reference.rpartition("/")[2], {}).get("properties", {})


def example(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    return {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}.get(str(kind), "1.00")


def as_json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()
