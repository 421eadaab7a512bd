"""PayPal's orders, captures, refunds and signed events, as its documentation describes them."""

import json
import zlib
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from itertools import count
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from tests.subscriptions.payments.local_server import Answer, LocalProvider

CLIENT_ID, SECRET, WEBHOOK_ID = "client-of-these-tests", "secret-of-these-tests", "WH-OF-THESE-TESTS"
TOKEN = "token-of-these-tests"
KEY = generate_private_key(65537, 2048)
EVENT_AT = b'"webhook_event": '


class LocalPayPal(LocalProvider):
    refund_status = "COMPLETED"
    declines = False

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.numbers = count(1)
        self.key = KEY

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/v1/oauth2/token":
            keys = b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
            return (200, {"access_token": TOKEN}) if headers["authorization"] == f"Basic {keys}" else (401, {})
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}
        key = headers.get("paypal-request-id", "")
        match method, path.strip("/").split("/")[1:]:
            case "POST", ["checkout", "orders"]:
                return self.once(key, lambda: (201, self.new_order(json.loads(body))))
            case "GET", ["checkout", "orders", name] if name in self.orders:
                return 200, self.orders[name]
            case "POST", ["checkout", "orders", name, "capture"] if name in self.orders:
                return self.once(key, lambda: self.capture(self.orders[name]))
            case "POST", ["payments", "captures", name, "refund"]:
                return self.once(key, lambda: (201, self.new_refund(name, json.loads(body))))
            case "GET", ["payments", "refunds", name] if name in self.refunds:
                return 200, self.refunds[name]
            case "POST", ["notifications", "verify-webhook-signature"]:
                return 200, {"verification_status": "SUCCESS" if self.has_signed(body) else "FAILURE"}
        return 404, {"name": "RESOURCE_NOT_FOUND"}

    def new_order(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = f"ORDER{next(self.numbers)}"
        self.orders[name] = {
            "id": name,
            "status": "PAYER_ACTION_REQUIRED",
            "purchase_units": asked["purchase_units"],
            "links": [
                {"rel": "self", "href": "https://api-m.paypal.com/"},
                {"rel": "payer-action", "href": f"https://www.paypal.com/checkoutnow?token={name}"},
            ],
        }
        return self.orders[name]

    def capture(self, order: dict[str, Any]) -> Answer:
        if order["status"] != "APPROVED" or self.declines:
            return 422, {"name": "UNPROCESSABLE_ENTITY"}
        [unit] = order["purchase_units"]
        capture = {
            "id": f"CAPTURE-{order['id']}",
            "status": "COMPLETED",
            "amount": unit["amount"],
            "custom_id": unit["custom_id"],
            "supplementary_data": {"related_ids": {"order_id": order["id"]}},
        }
        order["status"] = "COMPLETED"
        unit["payments"] = {"captures": [capture]}
        return 201, order

    def new_refund(self, capture: str, asked: dict[str, Any]) -> dict[str, Any]:
        name = f"REFUND{next(self.numbers)}"
        self.refunds[name] = {"id": name, "status": self.refund_status, **asked}
        return self.refunds[name]

    def approve(self, name: str) -> dict[str, Any]:
        """Somebody logs in at PayPal and agrees."""
        self.orders[name]["status"] = "APPROVED"
        return self.orders[name]

    def event(self, kind: str, about: dict[str, Any], **changed: Any) -> bytes:
        event = {"id": f"WH-{next(self.numbers)}", "event_type": kind, "resource": {**about, **changed}}
        return json.dumps(event, indent=1).encode()

    def signed(self, body: bytes, *, at: datetime | None = None, webhook_id: str = WEBHOOK_ID) -> dict[str, str]:
        sent_at = (at or datetime.now(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")
        seal = self.key.sign(words("a-transmission", sent_at, webhook_id, body), PKCS1v15(), SHA256())
        return {
            "Paypal-Transmission-Id": "a-transmission",
            "Paypal-Transmission-Time": sent_at,
            "Paypal-Transmission-Sig": b64encode(seal).decode(),
            "Paypal-Cert-Url": "https://api.paypal.com/v1/notifications/certs/CERT",
            "Paypal-Auth-Algo": "SHA256withRSA",
        }

    def has_signed(self, body: bytes) -> bool:
        """The checksum is that of the event byte by byte as it stands in the question."""
        said = json.loads(body)
        event = body[body.index(EVENT_AT) + len(EVENT_AT) : -1]
        told = words(said["transmission_id"], said["transmission_time"], said["webhook_id"], event)
        try:
            self.key.public_key().verify(b64decode(said["transmission_sig"]), told, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return said["webhook_id"] == WEBHOOK_ID


def words(transmission: str, sent_at: str, webhook_id: str, body: bytes) -> bytes:
    return f"{transmission}|{sent_at}|{webhook_id}|{zlib.crc32(body)}".encode()
