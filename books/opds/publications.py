"""A book as an OPDS publication: Readium metadata, and how it is borrowed."""

from collections import defaultdict
from typing import Any

from books.drawn.addresses import pictures_of
from books.opds.links import BORROW, PAGE, PUBLICATION, link
from books.queries import AVAILABLE, Row
from books.search.analysis import without_article, words
from library_portal.public import public_page

FIRST_WRITABLE_YEAR, LAST_WRITABLE_YEAR = 1, 9999
# What the manifest calls them; other roles stay what they are, as the role of a contributor.
ROLES = {
    "": "author",
    **{
        role: role
        for role in (
            "author", "translator", "editor", "artist", "illustrator", "letterer", "penciler", "colorist", "inker",
            "narrator",
        )
    },
}  # fmt: skip


def publication(book: Row) -> dict[str, Any]:
    """Of a row of `books.queries.book_details`."""
    return {
        "metadata": {name: value for name, value in _metadata(book).items() if value not in ("", None, [], {})},
        "links": _links(book),
        "images": pictures_of(book),
    }


def _metadata(book: Row) -> dict[str, Any]:
    return {
        "@type": "http://schema.org/Book",
        "identifier": f"urn:isbn:{book['isbn']}" if book["isbn"] else public_page("book", book["id"]),
        "title": book["title"],
        "sortAs": " ".join(without_article(words(book["title"]))),
        "subtitle": book["subtitle"],
        "altIdentifier": [f"urn:isbn:{number}" for number in book["isbns"] if number != book["isbn"]],
        **_contributors(book),
        "publisher": book["publisher"] and {"name": book["publisher"]["name"]},
        "language": book["language"],
        "published": _published(book["year"]),
        "modified": book["updated_at"],
        "description": book["description"],
        "subject": [_subject(genre) for genre in book["genres"]],
        "numberOfPages": book["pages"] or None,
        "belongsTo": {"series": {"name": book["series"]}} if book["series"] else {},
    }


def _contributors(book: Row) -> dict[str, list[dict[str, Any]]]:
    """By role, in the order of the title page."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for person in book["authors"]:
        known = ROLES.get(person["role"].lower())
        described = {"name": person["name"], "links": [link(public_page("author", person["id"]), type=PAGE)]}
        found[known or "contributor"].append(described if known else {**described, "role": person["role"]})
    return found


def _subject(genre: Row) -> dict[str, Any]:
    return {"name": genre["name"], "links": [link(f"{public_page('opds-books')}?genre={genre['id']}")]}


def _published(year: int | None) -> str | None:
    """The manifest wants a whole date: the first day of the year. Dates before our era can't be written in it."""
    return f"{year:04}-01-01" if year and FIRST_WRITABLE_YEAR <= year <= LAST_WRITABLE_YEAR else None


def _links(book: Row) -> list[dict[str, Any]]:
    """Paper is borrowed on the book's page. Whose place in the queue it is, only that page can tell its reader."""
    lending = {
        "availability": {"state": "available" if book["status"] == AVAILABLE else "unavailable"},
        "holds": {"total": book["waiting_count"]},
        "copies": {"total": book["copies_count"], "available": book["free_copies"]},
    }
    page = public_page("book", book["id"])
    return [
        link(public_page("opds-publication", book["id"]), rel="self", type=PUBLICATION),
        link(page, rel="alternate", type=PAGE),
        link(page, rel=BORROW, type=PAGE, properties=lending),
    ]
