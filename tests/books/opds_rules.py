"""What OPDS 2.0 and the Readium manifest ask of feeds and publications, as checks of our own."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

ACQUISITION = "http://opds-spec.org/acquisition"
BITMAPS = {"image/jpeg", "image/png", "image/gif"}
STATES = {"available", "unavailable", "reserved", "ready"}
CONTRIBUTORS = ("author", "translator", "editor", "illustrator", "narrator", "contributor", "publisher")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def faults_of_feed(feed: dict[str, Any]) -> list[str]:
    """Empty for a feed that keeps every rule."""
    return list(_feed(feed))


def faults_of_publication(publication: dict[str, Any]) -> list[str]:
    return list(_publication(publication))


def rels(link: dict[str, Any]) -> list[str]:
    rel = link.get("rel", [])
    return [rel] if isinstance(rel, str) else rel


def _feed(feed: dict[str, Any]) -> Iterator[str]:
    if not feed.get("metadata", {}).get("title"):
        yield "a feed needs a title"
    if not {"navigation", "publications", "groups"} & feed.keys():
        yield "a feed needs navigation, publications or groups"
    yield from _links(feed.get("links", []), needed="self")
    yield from _metadata_of_feed(feed["metadata"])
    for way in feed.get("navigation", []):
        yield from _link(way)
        if not way.get("title"):
            yield "each way of the navigation needs a title"
    for facet in feed.get("facets", []):
        if not facet.get("metadata", {}).get("title") or not facet.get("links"):
            yield "a facet needs a title and links"
        yield from _links(facet["links"])
    for publication in feed.get("publications", []):
        yield from _publication(publication)


def _metadata_of_feed(metadata: dict[str, Any]) -> Iterator[str]:
    for name, least in (("numberOfItems", 0), ("itemsPerPage", 1), ("currentPage", 1)):
        value = metadata.get(name, least)
        if type(value) is not int or value < least:
            yield f"{name} is {value!r}"


def _publication(publication: dict[str, Any]) -> Iterator[str]:
    yield from _metadata(publication["metadata"])
    yield from _links(publication.get("links", []), needed="self")
    acquisitions = [link for link in publication["links"] if any(rel.startswith(ACQUISITION) for rel in rels(link))]
    if not acquisitions:
        yield "a publication needs a way to get it"
    for link in acquisitions:
        yield from _lending(link.get("properties", {}))
    yield from _links(publication.get("images", []))
    if not any(image.get("type") in BITMAPS for image in publication.get("images", [])):
        yield "a publication needs a picture that every client can show"


def _metadata(metadata: dict[str, Any]) -> Iterator[str]:
    if not metadata.get("title") or not _is_address(metadata.get("identifier", "urn:none")):
        yield "a publication needs a title, and an identifier that is a URI"
    if not _is_address(metadata.get("@type", "")):
        yield "@type is a URI"
    if not DAY.fullmatch(metadata.get("published", "2000-01-01")):
        yield f"published is {metadata['published']!r}"
    if not INSTANT.fullmatch(metadata.get("modified", "2000-01-01T00:00:00Z")):
        yield f"modified is {metadata['modified']!r}"
    if type(pages := metadata.get("numberOfPages", 1)) is not int or pages < 1:
        yield f"numberOfPages is {pages!r}"
    for person in _contributors(metadata):
        if not person.get("name"):
            yield "a contributor needs a name"
        yield from _links(person.get("links", []))
    if any(value in ("", None, [], {}) for value in metadata.values()):
        yield "what is not known is left out"


def _contributors(metadata: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for kind in CONTRIBUTORS:
        given = metadata.get(kind, [])
        yield from given if isinstance(given, list) else [given]


def _lending(properties: dict[str, Any]) -> Iterator[str]:
    if properties.get("availability", {}).get("state") not in STATES:
        yield "a book of a library says whether it is available"
    for kind, names in (("holds", {"total", "position"}), ("copies", {"total", "available"})):
        counts = properties.get(kind, {})
        if not counts.keys() <= names or any(type(count) is not int or count < 0 for count in counts.values()):
            yield f"{kind} is {counts!r}"


def _links(links: list[dict[str, Any]], needed: str = "") -> Iterator[str]:
    if needed and sum(needed in rels(link) for link in links) != 1:
        yield f"exactly one link is {needed}"
    for link in links:
        yield from _link(link)


def _link(link: dict[str, Any]) -> Iterator[str]:
    if not _is_address(link.get("href", "")):
        yield f"no address: {link!r}"
    if ("{" in link["href"]) != link.get("templated", False):
        yield f"a template says so: {link!r}"
    if any(type(link.get(side, 1)) is not int for side in ("width", "height")):
        yield f"no size: {link!r}"


def _is_address(text: str) -> bool:
    return bool(urlsplit(text).scheme)
