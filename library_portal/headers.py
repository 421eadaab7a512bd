"""Headers on everything the portal answers, files and refusals too. The content security policy is in the settings."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

OFF = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
HEADERS = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in OFF),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOT_KEPT = "private, no-store"
ASKED_FOR_AGAIN = "private, no-cache"


class SecurityHeaders:
    """Middleware, around all others: what a view has said itself stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", NOT_KEPT if _is_personal(request) else ASKED_FOR_AGAIN)
        return response


def _is_personal(request: HttpRequest) -> bool:
    """Whoever brings a session or a token gets their own answer; so does whoever sends something."""
    known = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
    return known or request.method not in ("GET", "HEAD", "OPTIONS")
