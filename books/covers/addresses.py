"""From where the portal fetches pictures: the hosts that settings.COVER_HOSTS names, and no other."""

import socket
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

USUAL_PORTS = (None, 80, 443)


def may_be_fetched(url: str) -> bool:
    """By HTTPS from a host of COVER_HOSTS ("host" or "host:port"); without encryption only from this very machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.username is not None or not _is_listed(parts, port):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))


def public_address(host: str, port: int) -> str | None:
    """An address of the host, resolved once, so that no second answer leads elsewhere.

    None while it has none, and where any of its addresses is private, unless that address is listed itself.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return None
    addresses = [str(entry[4][0]) for entry in found]
    allowed = all(ip_address(address).is_global or _names_host(address, port) for address in addresses)
    return addresses[0] if addresses and allowed else None


def _is_listed(parts: SplitResult, port: int | None) -> bool:
    return _names_host(parts.hostname or "", port)


def _names_host(host: str, port: int | None) -> bool:
    is_usual = port in USUAL_PORTS and host in settings.COVER_HOSTS
    return is_usual or f"{host}:{port}" in settings.COVER_HOSTS


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
