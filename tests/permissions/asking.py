"""Sends a method to a route as somebody, and says which kind of answer came back."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from library_portal.redis import client as redis_client
from tests.factories.tokens import bearer
from tests.permissions.objects import address
from tests.permissions.table import HIDDEN, LOGIN, NO, YES

LOGIN_PAGES = ("/login/", "/admin/login/")
NOT_OFFERED = "not offered"
BY_STATUS = {401: LOGIN, 403: NO, 404: HIDDEN, 405: NOT_OFFERED}
# Nothing that could be carried out: a handler that complains of it has let the caller in.
API_BODY = {"data": "{}", "content_type": "application/json"}
PAGE_BODY = {"data": "", "content_type": "application/x-www-form-urlencoded"}


@dataclass
class Caller:
    """Nobody, or somebody logged in with an app and with a browser."""

    user: User | None = None
    token: dict[str, str] = field(default_factory=dict)
    cookie: dict[str, str] = field(default_factory=dict)


def logged_in(user: User) -> Caller:
    browser = Client()
    browser.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return Caller(user, bearer(user), {"Cookie": f"{name}={browser.cookies[name].value}"})


def ask(method: str, route: str, *, who: Caller, owner: User, by_token: bool | None = None) -> str:
    """One of the table's cells or NOT_OFFERED. Apps ask the API and browsers the pages; nothing stays of it."""
    is_api = route.startswith("/api/")
    headers = who.token if (is_api if by_token is None else by_token) else who.cookie
    before = transaction.savepoint()  # not `atomic`: use cases that lock insist on being outermost
    answer = Client(headers=headers).generic(method, address(route, owner), **(API_BODY if is_api else PAGE_BODY))
    transaction.savepoint_rollback(before)
    transaction.savepoint_commit(before)  # the mark itself goes too
    redis_client().flushdb()
    assert answer.status_code < 500, f"{method} {route} answered {answer.status_code}: {answer.content[:300]!r}"
    return _kind(answer, route)


def _kind(answer: HttpResponse, route: str) -> str:
    if answer.status_code == 302 and _leads_to_a_login(answer["Location"]):
        return LOGIN
    if answer.status_code == 302 and answer["Location"] == "/admin/" and "{" in route:
        return HIDDEN  # how the admin says that there is no such object
    return BY_STATUS.get(answer.status_code, YES)


def _leads_to_a_login(location: str) -> bool:
    """And back from there, which tells it from a login that starts again."""
    there = urlsplit(location)
    return there.path in LOGIN_PAGES and "next=" in there.query
