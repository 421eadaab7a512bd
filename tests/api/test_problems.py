"""Errors have one form (RFC 9457), whoever raises them."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework import exceptions

from library_portal.api.problems import messages_by_field, problem_response
from library_portal.errors import InvalidInput, PortalError, RateLimited, ServiceUnavailable


class TooShort(PortalError):
    code = "insufficient_funds"
    status = 402
    title = "Not enough"


def answer(error: Exception) -> tuple[int, Any]:
    response = problem_response(error, {})
    assert response is not None
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, json.loads(response.content)


def test_a_refusal_carries_its_code_and_its_further_members() -> None:
    assert answer(TooShort("You need more", required="2.00", shortfall=Decimal("1.50"))) == (
        402,
        {
            "type": "urn:library-portal:problem:insufficient_funds",
            "title": "Not enough",
            "status": 402,
            "detail": "You need more",
            "code": "insufficient_funds",
            "errors": {},
            "required": "2.00",
            "shortfall": "1.50",
        },
    )


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.ParseError(), 400, "malformed_request"),
        (exceptions.NotAuthenticated(), 401, "authentication_error"),
        (exceptions.AuthenticationFailed(), 401, "authentication_error"),
        (exceptions.PermissionDenied(), 403, "authorization_error"),
        (PermissionDenied(), 403, "authorization_error"),
        (exceptions.NotFound(), 404, "not_found"),
        (Http404(), 404, "not_found"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (exceptions.Throttled(wait=3), 429, "rate_limited"),
        (DataError(), 400, "validation_error"),
        (DjangoValidationError("no"), 400, "validation_error"),
        (OperationalError(), 503, "service_unavailable"),
        (InterfaceError(), 503, "service_unavailable"),
        (RedisConnectionError(), 503, "service_unavailable"),
    ],
)
def test_every_known_error_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    got, problem = answer(error)

    assert (got, problem["status"], problem["code"]) == (status, status, code)


def test_an_unknown_error_is_left_to_be_logged() -> None:
    assert problem_response(ZeroDivisionError(), {}) is None


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (RateLimited(retry_after=17), "17"),
        (ServiceUnavailable(), "5"),
        (exceptions.Throttled(wait=3), "4"),
        (OperationalError(), "5"),
    ],
)
def test_who_must_wait_is_told_how_long(error: Exception, seconds: str) -> None:
    response = problem_response(error, {})

    assert response is not None
    assert response["Retry-After"] == seconds


def test_errors_are_lists_of_messages_by_field() -> None:
    nested = {"name": ["Too long", "Odd"], "copies": [{}, {"barcode": ["Taken"]}], "author": {"city": "Unknown"}}

    assert messages_by_field(nested) == {
        "name": ["Too long", "Odd"],
        "copies.1.barcode": ["Taken"],
        "author.city": ["Unknown"],
    }
    assert messages_by_field(["Wrong"]) == {"non_field_errors": ["Wrong"]}
    assert answer(InvalidInput(errors={"days": ["Too many"]}))[1]["errors"] == {"days": ["Too many"]}
