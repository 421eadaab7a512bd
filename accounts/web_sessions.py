"""A login on the web pages is a `Session` row too, by whichever door it came: listed, and ended like any other."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts import services
from accounts.devices import device_of
from accounts.known_devices import badge_for
from accounts.models import Session, User

SESSION_ID = "session_id"
# Noted on the request: which session the browser came with, and the badge that it goes with (accounts.middleware).
SESSION_BEFORE = "session_before"
DEVICE_BADGE = "device_badge"


@receiver(user_logged_in, dispatch_uid="accounts.remember_web_session")
def remember(request: HttpRequest, user: User, **_signal: Any) -> None:
    """A browser has one session: the one it came with ends, whoever it belonged to."""
    device, now = device_of(request), timezone.now()
    if before := getattr(request, SESSION_BEFORE, None):
        services.end_session(session_id=before, now=now, reason="logged in again")
    session = services.open_session(user=user, channel=Session.Channel.WEB, device=device, now=now)
    request.session[SESSION_ID] = str(session.pk)
    setattr(request, DEVICE_BADGE, badge_for(user.pk, device=device))


@receiver(user_logged_out, dispatch_uid="accounts.end_web_session")
def end(request: HttpRequest, **_signal: Any) -> None:
    if session_id := request.session.get(SESSION_ID):
        services.end_session(session_id=session_id, now=timezone.now())
