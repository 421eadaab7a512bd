from django.http import HttpRequest

from accounts.services import Device
from library_portal.addresses import client_address


def device_of(request: HttpRequest) -> Device:
    return Device(address=client_address(request), user_agent=request.META.get("HTTP_USER_AGENT", ""))
