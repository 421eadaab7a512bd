"""The new address that a browser is about to confirm, kept in its server-side session: in no address and no form."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.services import AddressConfirmation

KEY = "pending_address"


def keep(request: HttpRequest, confirmation: AddressConfirmation) -> None:
    expires_at = timezone.now() + timedelta(seconds=confirmation.expires_in)
    request.session[KEY] = {**asdict(confirmation), "expires_at": expires_at.isoformat()}


def kept(request: HttpRequest) -> dict[str, Any] | None:
    pending = request.session.get(KEY)
    return pending and {**pending, "expires_at": datetime.fromisoformat(pending["expires_at"])}


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
