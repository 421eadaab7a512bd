"""The one mapper from refusals and errors to HTTP: RFC 9457 `application/problem+json` (api.md, "Conventions")."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from redis.exceptions import RedisError
from rest_framework import exceptions
from rest_framework.views import set_rollback

from library_portal.errors import PortalError

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
CODES = {
    400: "malformed_request",
    401: "authentication_error",
    403: "authorization_error",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    500: "internal_error",
    503: "service_unavailable",
}

logger = logging.getLogger(__name__)


def problem(
    status: int,
    *,
    code: str = "",
    title: Any = "",
    detail: Any = "",
    errors: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem answer; `code` and `title` default to those of the status, `errors` maps a field to its messages."""
    code = code or CODES.get(status, "malformed_request" if status < 500 else "internal_error")
    title = title or titles().get(code, titles()["malformed_request"])
    members = {
        "type": f"urn:library-portal:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "errors": errors or {},
    }
    content = orjson.dumps({**members, **(extra or {})}, default=force_str, option=orjson.OPT_NON_STR_KEYS)
    return HttpResponse(content, status=status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def titles() -> dict[str, str]:
    """What each code of `CODES` means, in the reader's language."""
    return {
        "malformed_request": _("The request can't be understood."),
        "validation_error": _("The request is not valid."),
        "authentication_error": _("Please log in."),
        "authorization_error": _("You may not do this."),
        "not_found": _("Not found."),
        "method_not_allowed": _("This method is not allowed here."),
        "not_acceptable": _("This can't be answered in a format you accept."),
        "payload_too_large": _("The request is too large."),
        "unsupported_media_type": _("Send JSON: Content-Type application/json."),
        "rate_limited": _("Too many requests. Please wait a moment."),
        "internal_error": _("Something went wrong on our side."),
        "service_unavailable": _("This service is not available at the moment. Please try again soon."),
    }


def problem_response(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler. None lets Django log an unexpected error; the middleware then answers for it."""
    set_rollback()
    match error:
        case PortalError():
            return _refusal(error)
        case exceptions.ValidationError():
            return problem(400, code="validation_error", errors=messages_by_field(error.detail))
        case exceptions.APIException():
            return _api_error(error)
        case Http404():
            return problem(404)
        case PermissionDenied():
            return problem(403)
        case DjangoValidationError():
            return problem(400, code="validation_error", errors={"non_field_errors": error.messages})
        case DataError():
            logger.warning("Input reached the database unchecked: %s", type(error.__cause__).__name__)
            return problem(400, code="validation_error")
        case OperationalError() | InterfaceError() | RedisError():
            logger.error("A store is away: %s", type(error).__name__)
            return problem(503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    return None


def _refusal(error: PortalError) -> HttpResponse:
    extra = dict(error.extra)
    errors = extra.pop("errors", None)
    retry_after = getattr(error, "retry_after", None)
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(
        error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        errors=errors,
        extra=extra,
        headers=headers,
    )


def _api_error(error: exceptions.APIException) -> HttpResponse:
    """DRF's own errors: the status is theirs, except that who is not logged in always gets 401."""
    unauthenticated = isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed))
    headers: dict[str, str] = {}
    if unauthenticated:
        headers["WWW-Authenticate"] = getattr(error, "auth_header", None) or "Bearer"
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return problem(401 if unauthenticated else error.status_code, detail=_detail(error.detail), headers=headers)


def _detail(detail: Any) -> str:
    return force_str(detail.get("detail", "")) if isinstance(detail, dict) else force_str(detail)


def messages_by_field(detail: Any) -> dict[str, Any]:
    """DRF's nested error details as field → list of messages; fields of nested objects are joined by dots."""
    if not isinstance(detail, Mapping):
        return {"non_field_errors": [force_str(message) for message in _as_list(detail)]}
    found: dict[str, Any] = {}
    for field, value in detail.items():
        found.update(_field_messages(str(field), value))
    return found


def _field_messages(field: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {f"{field}.{inner}": messages for inner, messages in messages_by_field(value).items()}
    messages: dict[str, Any] = {}
    for index, item in enumerate(_as_list(value)):
        if isinstance(item, Mapping):
            messages.update(_field_messages(f"{field}.{index}", item))
        else:
            messages.setdefault(field, []).append(force_str(item))
    return messages


def _as_list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else [value]
