"""The login that a browser is in the middle of, kept in its server-side session: in no address and no form."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.services import Challenge

KEY = "pending_login"


def keep(request: HttpRequest, challenge: Challenge, *, next_url: str, address: str = "") -> None:
    """`address` is what was typed at sign-up, and nothing at a login: that would tell where its code goes."""
    request.session[KEY] = {
        "login_id": challenge.login_id,
        "channel": challenge.channel,
        "expires_at": (timezone.now() + timedelta(seconds=challenge.expires_in)).isoformat(),
        "next": next_url,
        "address": address,
    }


def kept(request: HttpRequest) -> dict[str, Any] | None:
    pending = request.session.get(KEY)
    return pending and {**pending, "expires_at": datetime.fromisoformat(pending["expires_at"])}


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
