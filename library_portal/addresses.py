"""Where a request comes from."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> str | None:
    """The nearest address that is no trusted proxy; `X-Forwarded-For` counts as far as trusted proxies wrote it."""
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    for forwarded in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        named = _parsed(forwarded)
        if address is None or named is None or not _is_trusted(address):
            break
        address = named
    return str(address) if address else None


def address_block(address: str | None) -> str:
    """What limits count as one place: an IPv4 address, or the /64 network one IPv6 customer has."""
    parsed = _parsed(address or "")
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed or "unknown")


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: Address) -> bool:
    return any(address in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)
