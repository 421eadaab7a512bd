"""The pair of JSON web tokens an app holds. Both name their session; neither outlives it (`accounts.sessions`)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from library_portal.errors import PortalError


class NotAuthenticated(PortalError):
    """Wrong name or password, or a token that is broken, foreign or too old."""

    code = "authentication_error"
    status = 401
    title = _("The login is not valid.")


class TokenRevoked(PortalError):
    """The token's session has ended."""

    code = "token_revoked"
    status = 401
    title = _("This session has ended. Please log in again.")


NOT_VALID = _("The token is not valid.")
CLAIMS = {"sid", "user_id", "role"}


@dataclass(frozen=True)
class TokenPair:
    access: str
    refresh: str
    refresh_id: str


def issue_pair(*, session_id: UUID, user_id: int, role: str, now: datetime) -> TokenPair:
    claims = {"sid": str(session_id), "user_id": user_id, "role": role}
    access, refresh = AccessToken(), RefreshToken()
    for token in (access, refresh):
        token.payload.update(claims)
        token.set_iat(at_time=now)
        token.set_exp(from_time=now)
    return TokenPair(str(access), str(refresh), refresh["jti"])


def read_access(encoded: str | bytes) -> Token:
    """Raises NotAuthenticated."""
    return _read(AccessToken, encoded)


def read_refresh(encoded: str) -> Token:
    """Raises NotAuthenticated."""
    return _read(RefreshToken, encoded)


def _read(kind: type[Token], encoded: str | bytes) -> Token:
    try:
        token = kind(encoded)  # type: ignore[arg-type]
    except TokenError as error:
        raise NotAuthenticated(NOT_VALID) from error
    if CLAIMS - token.payload.keys():  # by another version of this portal
        raise NotAuthenticated(NOT_VALID)
    return token
