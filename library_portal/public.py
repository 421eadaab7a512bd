"""Addresses as the world knows them: for machines, which keep them and come back from elsewhere."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def public_url(path: str) -> str:
    """The address under PUBLIC_URL of a path of this site; an address of another site stays as it is."""
    return f"{settings.PUBLIC_URL}{path}" if path.startswith("/") else path


def public_page(name: str, *arguments: Any) -> str:
    """The public address of the page or endpoint of this name."""
    return public_url(reverse(name, args=arguments))
