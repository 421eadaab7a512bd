"""Access tokens without the way through login, for tests that play many patrons."""

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Session, User
from accounts.services.sessions import Device, issue_tokens, open_session


def access_token(user: User) -> str:
    now = timezone.now()
    session = open_session(user=user, channel=Session.Channel.API, device=Device(), now=now)
    return issue_tokens(session=session, user=user, now=now).access


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token(user)}"}


def api_of(user: User) -> APIClient:
    """An app in which this person has logged in."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer(user)["Authorization"])
    return client
