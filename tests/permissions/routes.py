"""Every address that the portal answers, as docs/permissions.md writes them: `/books/{pk}/`."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def routes() -> list[str]:
    """In the order of the URL configuration; a route that stands twice is listed once."""
    return list(dict.fromkeys(f"/{_readable(route)}" for route in _routes(get_resolver())))


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _routes(pattern, route)


def _readable(route: str) -> str:
    without_groups = _NAMED_GROUP.sub(r"{\1}", route.replace("^", "").replace("$", ""))
    return _PARAMETER.sub(r"{\1}", without_groups)
