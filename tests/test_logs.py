"""What the portal writes about itself keeps nobody's secrets, and nobody can write entries of their own into it."""

import io
import logging
from secrets import token_hex
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.debug import get_exception_reporter_class

from library_portal.logs import OneLineEach

SECRETS = {name: token_hex(16) for name in ("password", "code", "token", "iban")}
COOKIE, BEARER = token_hex(16), token_hex(16)


def breaks(request: HttpRequest) -> HttpResponse:
    """As a view that holds secrets in its variables when it fails."""
    password = request.POST["password"]
    raise RuntimeError(f"broken on purpose with {len(password)} characters")


urlpatterns = [path("breaks/", breaks)]
handler500 = "library_portal.pages.server_error"


@pytest.fixture
def console() -> Any:
    """What the portal's own handler would write, at its most talkative."""
    written, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLineEach(portal_settings.LOGGING["formatters"]["line"]["format"]))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def send_secrets() -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = COOKIE
    headers = {"Authorization": f"Bearer {BEARER}", "User-Agent": "Firefox"}
    assert client.post("/breaks/", SECRETS, headers=headers).status_code == 500


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__, ADMINS=[("", "desk@library.example")])
def test_a_failure_is_logged_and_reported_without_what_was_sent(console: io.StringIO) -> None:
    send_secrets()

    [report] = mail.outbox
    assert "RuntimeError: broken on purpose with 32 characters" in console.getvalue()
    assert "broken on purpose with 32 characters" in report.body
    assert "HTTP_USER_AGENT = 'Firefox'" in report.body
    forbidden = [*SECRETS.values(), COOKIE, BEARER, portal_settings.SECRET_KEY, portal_settings.REDIS_URL]
    for written in (console.getvalue(), report.body, *(str(body) for body, _kind in report.alternatives)):
        assert [secret for secret in forbidden if secret in written] == []


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_full_report_with_variables_keeps_secrets_too(rf: Any) -> None:
    request = rf.post("/breaks/", SECRETS, headers={"Cookie": f"sessionid={COOKIE}"})
    try:
        breaks(request)
    except RuntimeError as error:
        reporter = get_exception_reporter_class(request)(request, type(error), error, error.__traceback__)

    page = reporter.get_traceback_html()

    assert "broken on purpose" in page
    assert [secret for secret in (*SECRETS.values(), COOKIE) if secret in page] == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x1b[2K\r", "\x85", "\u2028", "\0"])
def test_nobody_can_begin_an_entry_of_their_own(console: io.StringIO, end: str) -> None:
    logging.getLogger("portal").warning("Refused: %s", f"Mallory{end}ERROR portal: forged")

    [line] = [line for line in console.getvalue().splitlines() if "Mallory" in line]
    assert line.startswith("WARNING portal: Refused: Mallory\\")
    assert "ERROR portal: forged" in line


def test_a_traceback_cannot_begin_an_entry_either(console: io.StringIO) -> None:
    try:
        raise ValueError("Mallory\nERROR portal: forged")
    except ValueError:
        logging.getLogger("portal").exception("A form failed")

    assert [line for line in console.getvalue().splitlines() if line.startswith("ERROR")] == [
        "ERROR portal: A form failed"
    ]
