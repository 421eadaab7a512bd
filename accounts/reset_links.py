"""Codes that set a new password, once. Nothing is stored: docs/adr/0008-reset-links.md.

A code is the person's id and a keyed hash of what they are known by; whatever of it changes voids the code.
"""

from datetime import UTC, datetime
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from accounts.models import User


class _Codes(PasswordResetTokenGenerator):
    """By this clock; void as well once the phone number is another."""

    key_salt = "accounts.reset_links"

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._clock = now.astimezone(UTC).replace(tzinfo=None)

    def _now(self) -> datetime:
        return self._clock

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)} {user.phone or ''}"


def reset_code(user: User, *, now: datetime) -> str:
    """Good for `PASSWORD_RESET_TIMEOUT` seconds."""
    return f"{int_to_base36(user.pk)}-{_Codes(now).make_token(user)}"


def reset_link(code: str) -> str:
    """The code is in the fragment, which no browser sends: it is in no log, referrer or history of a server."""
    return urljoin(settings.PUBLIC_URL, f"{reverse('password-reset-confirm')}#{code}")


def channel_for(user: User) -> str | None:
    """E-mail before SMS, verified only. An invited person has no password yet: their link goes to the address that
    staff took down, and using it shows that it is theirs."""
    verified = [channel for channel in User.Channel if user.verified_address_for(channel)]
    if not verified and not user.has_usable_password() and user.address_for(user.code_channel):
        return user.code_channel
    return verified[0] if verified else None


def user_id_in(code: str) -> int | None:
    try:
        return base36_to_int(code.partition("-")[0][:12])
    except ValueError:
        return None


def is_good(code: str, user: User, *, now: datetime) -> bool:
    return _Codes(now).check_token(user, code.partition("-")[2])
