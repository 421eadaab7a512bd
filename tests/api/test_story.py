"""The same story as on the pages, with tokens only, as a mobile app would: on the portal as `make run` starts it.

The sample library has one copy of Persuasion.
"""

import json
import urllib.parse
import urllib.request
from typing import Any

from tests.running import PATIENCE_SECONDS, Mailbox, Portal
from tests.waiting import until

PASSWORD = "a long walk by the sea"


class App:
    """A mobile app of one patron."""

    def __init__(self, portal: Portal) -> None:
        self.base = f"{portal.url}/api/v1/"
        self.access = ""

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(self.base + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self.access:
            request.add_header("Authorization", f"Bearer {self.access}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def sign_up(self, username: str, mailbox: Mailbox) -> None:
        email = f"{username}@library.example"
        login = self.call("POST", "auth/signup/", {"username": username, "email": email, "password": PASSWORD})
        tokens = self.call("POST", "auth/verify-otp/", {"login_id": login["login_id"], "code": mailbox.code_for(email)})
        self.access = tokens["access"]

    def wait_for_notification(self, kind: str) -> dict[str, Any]:
        def of_this_kind() -> list[dict[str, Any]]:
            return [message for message in self.call("GET", "notifications/")["results"] if message["kind"] == kind]

        until(lambda: bool(of_this_kind()), seconds=PATIENCE_SECONDS)
        return of_this_kind()[0]


def test_a_book_goes_from_reader_to_reader_with_tokens_only(portal: Portal, mailbox: Mailbox) -> None:
    cleo, dan = App(portal), App(portal)
    cleo.sign_up("cleo", mailbox)
    dan.sign_up("dan", mailbox)
    for app in (cleo, dan):
        payment = app.call("POST", "users/charge/", {"amount": "5.00", "provider": "test"})
        assert (payment["status"], app.call("GET", "users/me/wallet/")["balance"]) == ("pending", "0.00")
        pay(payment)

    [hit, *_] = cleo.call("GET", "books/search/?q=austen%20persuas")["results"]
    assert hit["title"] == "Persuasion"
    held = cleo.call("POST", "reservations/", {"book": hit["id"], "days": 7})
    waiting = dan.call("POST", "reservations/", {"book": hit["id"], "days": 5})
    assert (held["status"], waiting["status"], waiting["queue_position"]) == ("ready", "pending", 1)
    assert cleo.call("POST", f"reservations/{held['id']}/checkout/")["status"] == "active"
    assert cleo.call("GET", f"books/{hit['id']}/availability/") == {
        "status": "borrowed",
        "copies": 1,
        "free": 0,
        "waiting": 1,
        "estimated_wait": 14,
        "estimated_wait_basis": {
            "days": 14,
            "ahead": 1,
            "copies": 1,
            "loans": 0,
            "average_days": 7.0,
            "words": "1 reader is ahead of you, 1 copy; it was never lent, so 7 days a loan are assumed.",
        },
    }
    assert cleo.call("POST", f"reservations/{held['id']}/return/")["refunded"] == "0.70"
    assert "Persuasion" in dan.wait_for_notification("copy_ready")["title"]
    assert dan.call("GET", f"reservations/{waiting['id']}/")["status"] == "ready"
    assert [cleo.call("GET", "users/me/wallet/")["balance"], dan.call("GET", "users/me/wallet/")["balance"]] == [
        "5.00",
        "4.50",
    ]
    assert cleo.call("POST", "watches/", {"book": hit["id"]})["book"]["status"] == "borrowed"
    dan.call("DELETE", f"reservations/{waiting['id']}/")
    assert dan.call("GET", "users/me/wallet/")["balance"] == "5.00"
    assert cleo.wait_for_notification("book_available")["title"] == "“Persuasion” is on the shelf"
    assert cleo.call("GET", "watches/")["results"] == []
    cleo.call("POST", "auth/logout/")


def pay(payment: dict[str, Any]) -> None:
    """What a browser does on the test provider's page when its button is pressed."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = browser.open(payment["checkout_url"], timeout=30).read().decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": token, "confirm": ""}).encode()
    browser.open(payment["checkout_url"], form, timeout=30)
