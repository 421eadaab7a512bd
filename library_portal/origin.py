"""Who is acting and from where, for the audit log: taken from the request being served."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from library_portal.addresses import client_address

_served: ContextVar[HttpRequest | None] = ContextVar("served_request", default=None)


@dataclass(frozen=True)
class Origin:
    """Nobody and nowhere for commands and workers."""

    actor_id: int | None = None
    address: str | None = None
    user_agent: str = ""


class RememberRequest:
    """Middleware: knows the request for as long as it is served."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _served.set(request)
        try:
            return self.get_response(request)
        finally:
            _served.reset(token)


@contextmanager
def by_nobody() -> Iterator[None]:
    """Around what is allowed by something else than who is logged in: a signed link, whose ever browser opens it."""
    token = _served.set(None)
    try:
        yield
    finally:
        _served.reset(token)


def current_origin() -> Origin:
    """The actor is who is logged in by now, with a cookie or a token (REST framework sets the user on this request)."""
    request = _served.get()
    if request is None:
        return Origin()
    user = getattr(request, "user", None)
    return Origin(user.pk if user else None, client_address(request), request.META.get("HTTP_USER_AGENT", "")[:300])
