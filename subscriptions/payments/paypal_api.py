"""PayPal's REST API by HTTP: its own library can't be sent to another address and knows no webhooks (docs/adr/0018)."""

import json
import logging
from functools import cached_property
from typing import Any

import urllib3
from django.conf import settings
from urllib3.exceptions import HTTPError

from subscriptions.payments.provider import ProviderAway, ProviderRefused, readable

logger = logging.getLogger(__name__)
# Asked rightly, and refused. All else (keys, limits, its own troubles) may be otherwise the next time.
REFUSALS = (400, 422)
_pool = urllib3.PoolManager(maxsize=4, retries=False)


class NotThere(ProviderRefused):
    pass


class PayPalApi:
    """Each call may raise ProviderAway, ProviderRefused, NotThere."""

    def get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path, self._signed_in)

    def post(self, path: str, body: dict[str, Any], *, key: str) -> dict[str, Any]:
        """The same key has the same answer, however often."""
        headers = {**self._signed_in, "PayPal-Request-Id": key, "Prefer": "return=representation"}
        return self._call("POST", path, headers, json.dumps(body).encode())

    def has_sent(self, event: bytes, signed: dict[str, str]) -> bool:
        """Whether PayPal signed this event for our webhook. `event` is valid JSON and goes there byte by byte: another
        order or spelling of the same would have another checksum.
        """
        about = json.dumps({**signed, "webhook_id": settings.PAYPAL_WEBHOOK_ID}).encode()
        body = about[:-1] + b', "webhook_event": ' + event + b"}"
        try:
            answer = self._call("POST", "/v1/notifications/verify-webhook-signature", self._signed_in, body)
        except ProviderRefused:
            return False
        return answer.get("verification_status") == "SUCCESS"

    @cached_property
    def _signed_in(self) -> dict[str, str]:
        keys = urllib3.make_headers(basic_auth=f"{settings.PAYPAL_CLIENT_ID}:{settings.PAYPAL_SECRET}")
        form = {**keys, "Content-Type": "application/x-www-form-urlencoded"}
        with readable():
            token = self._call("POST", "/v1/oauth2/token", form, b"grant_type=client_credentials")["access_token"]
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def _call(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> dict[str, Any]:
        try:
            answer = _pool.request(
                method,
                settings.PAYPAL_API_URL + path,
                headers=headers,
                body=body,
                timeout=settings.PAYMENT_TIMEOUT_SECONDS,
                redirect=False,
            )
            if answer.status < 300:
                return dict(json.loads(answer.data))
        except (HTTPError, ValueError, TypeError) as error:
            raise ProviderAway from error
        logger.warning("PayPal answered %s to %s %s", answer.status, method, path)
        raise {404: NotThere, **dict.fromkeys(REFUSALS, ProviderRefused)}.get(answer.status, ProviderAway)
