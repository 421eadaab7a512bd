"""Every address that can be looked at, with ids of things that exist; and what in a page breaks its policy."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.urls import get_resolver

PLACEHOLDER = re.compile(r"<(?:\w+:)?\w+>")
ADMIN_OF = re.compile(r"admin/(\w+)/(\w+)/")
# Blocks that browsers do not run.
DATA = ("application/json", "application/ld+json")
SCRIPT_ADDRESS = re.compile(r"\s*(javascript|vbscript|data):", re.IGNORECASE)


def addresses(ids: dict[str, Any]) -> list[str]:
    """All routes outside the API. A placeholder becomes the id for its part of the site; in the admin the first one."""
    routes = [route for route in _routes(get_resolver()) if not (route.startswith("api/v1/") or "(?P<" in route)]
    return ["/" + filled for route in routes if (filled := _filled(route, ids))]


def _routes(resolver: Any, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        yield from _routes(entry, route) if hasattr(entry, "url_patterns") else [route]


def _filled(route: str, ids: dict[str, Any]) -> str:
    """Empty where the admin has no row to show."""
    admin_of = ADMIN_OF.match(route)
    if admin_of and admin_of[1] in apps.app_configs and PLACEHOLDER.search(route):
        row = apps.get_model(*admin_of.groups())._default_manager.first()
        return PLACEHOLDER.sub(str(row.pk), route) if row else ""
    there = next((found for part, found in ids.items() if route.startswith(part)), "1")
    return PLACEHOLDER.sub(str(there), route)


class Inline(HTMLParser):
    """Collects scripts and styles that stand in the page itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "style" or (tag == "script" and "src" not in has and has.get("type") not in DATA):
            self.found.append(f"<{tag}>")
        for name, value in has.items():
            if name == "style" or re.fullmatch("on[a-z]+", name) or (name != "content" and SCRIPT_ADDRESS.match(value)):
                self.found.append(f"<{tag} {name}={value!r}>")
