"""Who is calling the API: an app with a bearer token, or a browser with its session."""

from functools import cached_property
from typing import Any

from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from accounts import queries, tokens
from accounts.models import STAFF_ROLES, Role, User
from accounts.sessions import is_open
from accounts.tokens import TokenRevoked
from accounts.web_sessions import SESSION_ID


class Caller:
    """The person behind a token, as far as its claims tell; `row` reads the rest when it is needed."""

    is_authenticated = True
    is_anonymous = False
    is_active = True

    def __init__(self, token: Token) -> None:
        self.id: int = token["user_id"]
        self.pk = self.id
        self.role: str = token["role"]

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def is_superuser(self) -> bool:
        return self.role == Role.ADMIN

    @cached_property
    def row(self) -> User:
        return queries.user(user_id=self.id)

    def get_username(self) -> str:
        return self.row.username

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        return self.row.has_perm(permission, obj)


class BearerAuthentication(JWTAuthentication):
    """`Authorization: Bearer <access>`. Raises NotAuthenticated, TokenRevoked."""

    def get_validated_token(self, raw_token: bytes) -> Token:
        return tokens.read_access(raw_token)

    def get_user(self, validated_token: Token) -> Caller:  # type: ignore[override]
        if not is_open(session_id=validated_token["sid"], now=timezone.now()):
            raise TokenRevoked
        return Caller(validated_token)


class WebSessionAuthentication(SessionAuthentication):
    """The pages' own session, with CSRF protection; the middleware has already ended those that were revoked."""


def session_id_of(request: Request) -> str:
    """The session that this call belongs to."""
    return request.auth["sid"] if request.auth else request.session[SESSION_ID]
