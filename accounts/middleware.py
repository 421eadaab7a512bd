"""A web session ends with its `Session` row; a browser that somebody has logged in with is known from then on."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.sessions import is_open
from accounts.web_sessions import DEVICE_BADGE, SESSION_BEFORE, SESSION_ID


class EndRevokedWebSessions:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._has_ended(request):
            logout(request)
        return self.get_response(request)

    def _has_ended(self, request: HttpRequest) -> bool:
        """Looks at the session only where there is a cookie: other answers need not vary by it."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return False
        return SESSION_KEY in request.session and not self._is_open(request)

    def _is_open(self, request: HttpRequest) -> bool:
        session_id = request.session.get(SESSION_ID)
        setattr(request, SESSION_BEFORE, session_id)
        return session_id is not None and is_open(session_id=session_id, now=timezone.now())


class SpeakTheirLanguage:
    """Who is logged in on the pages and has chosen a language gets it, whatever the browser asks for.

    Apps that call with a token say their language themselves (Accept-Language).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            chosen = getattr(request.user, "language", "")
            if chosen in dict(settings.LANGUAGES):
                translation.activate(chosen)
        return self.get_response(request)


class RememberDevice:
    """After a login, a cookie by which this browser is known (`accounts.known_devices`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if badge := getattr(request, DEVICE_BADGE, ""):
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                badge,
                max_age=timedelta(days=settings.KNOWN_DEVICE_DAYS),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response
