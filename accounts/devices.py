from django.conf import settings
from django.http import HttpRequest

from accounts.known_devices import Device, read_badge
from library_portal.addresses import client_address


def device_of(request: HttpRequest) -> Device:
    return Device(
        address=client_address(request),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        badge=read_badge(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")),
    )
