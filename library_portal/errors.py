"""Refusals. Each use case raises one small exception per refusal; `library_portal.api.problems` maps them to HTTP."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class PortalError(Exception):
    """A refusal that a person or a program can act on: `code` and `status` are those of the HTTP contract.

    `extra` holds further members of the answer, such as `required`, `balance` and `shortfall`.
    """

    code = "validation_error"
    status = 400
    title: Any = _("The request is not valid.")

    def __init__(self, detail: Any = "", **extra: Any) -> None:
        self.detail = detail or self.title
        self.extra = extra
        super().__init__(self.detail)

    def __str__(self) -> str:
        return str(self.detail)


class InvalidInput(PortalError):
    """A value breaks a rule; `errors` maps a field to its messages."""

    def __init__(self, detail: Any = "", *, errors: dict[str, list[Any]] | None = None) -> None:
        super().__init__(detail, **({"errors": errors} if errors else {}))


class NotFound(PortalError):
    """There is no such thing, or the caller may not know of it."""

    code = "not_found"
    status = 404
    title = _("Not found.")


class Forbidden(PortalError):
    code = "authorization_error"
    status = 403
    title = _("You may not do this.")


class RateLimited(PortalError):
    """Too many tries; `retry_after` is in seconds."""

    code = "rate_limited"
    status = 429
    title = _("Too many requests. Please wait a moment.")

    def __init__(self, detail: Any = "", *, retry_after: int) -> None:
        super().__init__(detail or _too_soon(minutes=-(-retry_after // 60)))
        self.retry_after = retry_after


def _too_soon(*, minutes: int) -> str:
    said = ngettext(
        "That was too often. Please try again in %(minutes)d minute.",
        "That was too often. Please try again in %(minutes)d minutes.",
        minutes,
    )
    return said % {"minutes": minutes}


class ServiceUnavailable(PortalError):
    """A part the portal needs for this is down; `retry_after` is in seconds."""

    code = "service_unavailable"
    status = 503
    title = _("This service is not available at the moment. Please try again soon.")

    def __init__(self, detail: Any = "", *, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
