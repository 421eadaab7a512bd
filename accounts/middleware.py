"""A web session ends with its `Session` row."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.sessions import is_open
from accounts.web_sessions import SESSION_ID


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
        return session_id is not None and is_open(session_id=session_id, now=timezone.now())
