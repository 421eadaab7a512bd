from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from library_portal.notifications import queries


def unread_count(request: HttpRequest) -> dict[str, Any]:
    """`unread_count` for the inbox badge: counted only by pages that show it, and only for people who are logged in."""
    return {"unread_count": SimpleLazyObject(lambda: _count(request))}


def _count(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return queries.unread_count(user_id=user.pk) if user is not None and user.is_authenticated else 0
