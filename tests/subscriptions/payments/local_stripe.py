"""Stripe's sessions, refunds and signed events, as its documentation describes them."""

import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.subscriptions.payments.local_server import Answer, LocalProvider

API_KEY, SECRET, OLD_SECRET = "sk_test_of_these_tests", "whsec_of_these_tests", "whsec_of_before"


class LocalStripe(LocalProvider):
    refund_status = "succeeded"

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.numbers = count(1)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if headers.get("authorization") != f"Bearer {API_KEY}":
            return refusal(401, "invalid_api_key")
        form, parts = dict(parse_qsl(body.decode())), urlsplit(path).path.strip("/").split("/")
        match method, parts[1:]:
            case "POST", ["checkout", "sessions"]:
                return self.once(headers["idempotency-key"], lambda: (200, self.new_session(form)))
            case "GET", ["checkout", "sessions", name] if name in self.sessions:
                return 200, self.sessions[name]
            case "POST", ["checkout", "sessions", name, "expire"] if name in self.sessions:
                return self.expire(self.sessions[name])
            case "POST", ["refunds"]:
                return self.once(headers["idempotency-key"], lambda: self.new_refund(form))
            case "GET", ["refunds"]:
                charge = parse_qs(urlsplit(path).query)["payment_intent"][0]
                if charge not in {one["payment_intent"] for one in self.sessions.values()}:
                    return refusal(404, "resource_missing")
                found = [one for one in self.refunds.values() if one["payment_intent"] == charge]
                return 200, {"object": "list", "data": found, "has_more": False}
        return refusal(404, "resource_missing")

    def new_session(self, form: dict[str, str]) -> dict[str, Any]:
        name = f"cs_test_{next(self.numbers)}"
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "amount_total": int(form["line_items[0][price_data][unit_amount]"]),
            "currency": form["line_items[0][price_data][currency]"],
            "client_reference_id": form["client_reference_id"],
            "metadata": {"payment": form["metadata[payment]"]},
            "adaptive": form.get("adaptive_pricing[enabled]"),
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "url": f"https://checkout.stripe.com/c/pay/{name}",
        }
        return self.sessions[name]

    def expire(self, session: dict[str, Any]) -> Answer:
        if session["status"] != "open":
            return refusal(400, "not_open")
        session["status"] = "expired"
        return 200, session

    def new_refund(self, form: dict[str, str]) -> Answer:
        amount, charge = int(form["amount"]), form["payment_intent"]
        [session] = [one for one in self.sessions.values() if one["payment_intent"] == charge]
        given = sum(one["amount"] for one in self.refunds.values() if one["payment_intent"] == charge)
        if given + amount > session["amount_total"]:
            return refusal(400, "charge_already_refunded")
        name = f"re_{next(self.numbers)}"
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "amount": amount,
            "currency": "usd",
            "payment_intent": charge,
            "metadata": {key[9:-1]: value for key, value in form.items() if key.startswith("metadata[")},
            "status": self.refund_status,
        }
        return 200, self.refunds[name]

    def pay(self, name: str) -> dict[str, Any]:
        """Somebody types in a good card."""
        session = self.sessions[name]
        session.update(status="complete", payment_status="paid", payment_intent=f"pi_{name}")
        return session

    def event(self, kind: str, about: dict[str, Any], **changed: Any) -> bytes:
        event = {
            "id": f"evt_{next(self.numbers)}",
            "object": "event",
            "type": kind,
            "data": {"object": {**about, **changed}},
        }
        return json.dumps(event, indent=2).encode()


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    moment = int(time.time() if at is None else at)
    seal = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={seal},v0=old"}


def refusal(status: int, code: str) -> Answer:
    return status, {"error": {"type": "invalid_request_error", "code": code, "message": "No."}}
