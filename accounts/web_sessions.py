"""A login on the web pages is a `Session` row too, by whichever door it came: listed, and ended like any other."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import services
from accounts.devices import device_of
from accounts.models import Session, User

SESSION_ID = "session_id"


@receiver(user_logged_in, dispatch_uid="accounts.remember_web_session")
def remember(request: HttpRequest, user: User, **_signal: Any) -> None:
    session = services.open_session(
        user=user, channel=Session.Channel.WEB, device=device_of(request), now=timezone.now()
    )
    request.session[SESSION_ID] = str(session.pk)


@receiver(user_logged_out, dispatch_uid="accounts.end_web_session")
def end(request: HttpRequest, **_signal: Any) -> None:
    if session_id := request.session.get(SESSION_ID):
        services.end_session(session_id=session_id, now=timezone.now())
