"""The feeds: where the catalogue starts, lists of books with what they can be narrowed to, and what a search finds."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _

from books.browsing import PAGE_SIZE as HITS_PER_PAGE
from books.browsing import Wish, browse
from books.languages import language_name
from books.opds.links import FACET, NEWEST, PAGE, POPULAR, Link, everywhere, feed_address, link
from books.opds.publications import publication
from books.opds.seeking import PAGE_SIZE, Place, Walk, walk
from books.queries import book_details, present_books
from books.search.queries import search_books
from books.search.querying import Filters
from books.search.store import FacetCount
from library_portal.public import public_page

Feed = dict[str, Any]

# Each has an index.
ORDERS = {
    "new": ("-created_at", "-id"),
    "popular": ("-loans_count", "-ratings_count", "-id"),
    "title": ("title", "id"),
}
FILTERS = ("author", "genre", "publisher", "language")


def catalogue() -> Feed:
    ways = [
        (NEWEST, feed_address("opds-books", order="new"), _("New here")),
        (POPULAR, feed_address("opds-books", order="popular"), _("Most read")),
        ("subsection", feed_address("opds-books", order="title"), _("All books by title")),
        ("subsection", public_page("opds-genres"), _("Genres")),
        ("subsection", public_page("opds-languages"), _("Languages")),
        ("subsection", public_page("opds-authors"), _("Authors")),
    ]
    navigation = [link(href, rel=rel, title=title) for rel, href, title in ways]
    page = link(public_page("books"), rel="alternate", type=PAGE)
    return feed(_("Library Portal"), public_page("opds"), links=[page], navigation=navigation)


def books_feed(asked: dict[str, Any]) -> Feed:
    """Books in one of ORDERS, of an author, a genre, a publisher or a language. Raises NotFound."""
    narrowed = {name: asked.get(name) for name in FILTERS}
    order = asked["order"]
    place = Place(after=asked.get("after"), before=asked.get("before"))
    books = present_books().filter(**_lookups(narrowed))
    found = walk(books, order=ORDERS[order], place=place)
    counted = search_books(filters=Filters(**narrowed), page_size=1, facets=True)
    here = {"order": order, **narrowed}
    return feed(
        _("Books"),
        feed_address("opds-books", **here, after=place.after, before=place.before),
        metadata={"numberOfItems": books.count(), "itemsPerPage": PAGE_SIZE},
        links=neighbours("opds-books", here, found),
        publications=publications(found.ids),
        facets=[_orders(here), *_facets(counted.facets, here)],
    )


def search_feed(asked: dict[str, Any]) -> Feed:
    """Raises InvalidQuery."""
    query, page = asked["query"], asked["page"]
    shown = browse(Wish(text=query, page=page))
    pages = {"first": 1, "previous": page - 1, "next": page + 1 if page < shown.pages else 0}
    links = [
        link(feed_address("opds-search", query=query, page=number), rel=rel) for rel, number in pages.items() if number
    ]
    return feed(
        _("Books found for “%s”") % query,
        feed_address("opds-search", query=query, page=page),
        metadata={"numberOfItems": shown.total, "itemsPerPage": HITS_PER_PAGE, "currentPage": page},
        links=links,
        publications=publications([book["id"] for book in shown.books]),
    )


def feed(title: str, address: str, *, links: list[Link], metadata: dict[str, Any] | None = None, **parts: Any) -> Feed:
    return {
        "metadata": {"title": title, **(metadata or {})},
        "links": [link(address, rel="self"), *everywhere(), *links],
        **parts,
    }


def neighbours(name: str, here: dict[str, Any], found: Walk) -> list[Link]:
    """The first page, and the pages beside this one where there are any."""
    links = [link(feed_address(name, **here), rel="first")]
    if found.previous_before is not None:
        links.append(link(feed_address(name, **here, before=found.previous_before), rel="previous"))
    if found.next_after is not None:
        links.append(link(feed_address(name, **here, after=found.next_after), rel="next"))
    return links


def publications(book_ids: Sequence[int]) -> list[dict[str, Any]]:
    return [publication(book) for book in book_details(book_ids=book_ids)]


def _lookups(narrowed: dict[str, Any]) -> dict[str, Any]:
    fields = {"author": "authors", "genre": "genres", "publisher": "publisher", "language": "language"}
    return {fields[name]: value for name, value in narrowed.items() if value}


def _orders(here: dict[str, Any]) -> dict[str, Any]:
    titles = {"new": _("New here"), "popular": _("Most read"), "title": _("Title A–Z")}
    links = [
        link(feed_address("opds-books", **{**here, "order": order}), rel=_chosen(here["order"] == order), title=title)
        for order, title in titles.items()
    ]
    return {"metadata": {"title": _("Sort")}, "links": links}


def _facets(counts: list[FacetCount], here: dict[str, Any]) -> list[dict[str, Any]]:
    titles = {
        "genre": _("Genre"),
        "language": _("Language"),
        "author": _("Author"),
        "publisher": _("Publisher"),
    }
    by_kind = groupby(sorted(counts, key=attrgetter("kind")), key=attrgetter("kind"))
    return [
        {"metadata": {"title": titles[kind]}, "links": [_facet(count, here) for count in counts_of_kind]}
        for kind, counts_of_kind in by_kind
        if kind in titles
    ]


def _facet(count: FacetCount, here: dict[str, Any]) -> Link:
    address = feed_address("opds-books", **{**here, count.kind: count.value})
    title = language_name(count.value) if count.kind == "language" else count.label
    chosen = str(here[count.kind]) == count.value
    return link(address, rel=_chosen(chosen), title=title, properties={"numberOfItems": count.count})


def _chosen(chosen: bool) -> list[str]:
    return [FACET, "self"] if chosen else [FACET]
