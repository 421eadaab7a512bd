"""Link objects of OPDS 2.0."""

from typing import Any
from urllib.parse import urlencode

from library_portal.public import public_page

FEED = "application/opds+json"
PUBLICATION = "application/opds-publication+json"
PAGE = "text/html"
NEWEST = "http://opds-spec.org/sort/new"
POPULAR = "http://opds-spec.org/sort/popular"
FACET = "http://opds-spec.org/facet"
BORROW = "http://opds-spec.org/acquisition/borrow"

Link = dict[str, Any]


def link(href: str, *, rel: str | list[str] = "", type: str = FEED, title: Any = "", **more: Any) -> Link:
    """What is empty is left out."""
    described = {"rel": rel, "type": type, "title": str(title), "href": href, **more}
    return {name: value for name, value in described.items() if value not in ("", [], None)}


def feed_address(name: str, **parameters: Any) -> str:
    """The feed of this name, asked with those of the parameters that say something."""
    given = {key: value for key, value in parameters.items() if value not in (None, "", False)}
    return f"{public_page(name)}?{urlencode(given)}" if given else public_page(name)


def everywhere() -> list[Link]:
    """What every feed links to: where the catalogue starts, and how it is searched (RFC 6570 template)."""
    return [
        link(public_page("opds"), rel="start"),
        link(f"{public_page('opds-search')}{{?query}}", rel="search", templated=True),
    ]
