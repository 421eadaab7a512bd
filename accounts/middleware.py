"""A web session ends with its `Session` row."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.sessions import is_open
from accounts.web_sessions import SESSION_ID


class EndRevokedWebSessions:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session and not self._is_open(request):
            logout(request)
        return self.get_response(request)

    def _is_open(self, request: HttpRequest) -> bool:
        session_id = request.session.get(SESSION_ID)
        return session_id is not None and is_open(session_id=session_id, now=timezone.now())
