"""Ways into the catalogue by genre, language and author, each with the number of its books."""

from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from books.models import Author, Book, Genre
from books.opds.feeds import Feed, feed, neighbours
from books.opds.links import Link, feed_address, link
from books.opds.seeking import Place, walk
from books.queries import names
from books.templatetags.catalogue import language_name
from library_portal.public import public_page

BY_NAME = ("name", "id")
MOST_LANGUAGES = 200


def genres_feed(asked: dict[str, Any]) -> Feed:
    """Raises NotFound."""
    return _names_feed(Genre, _("Genres"), "opds-genres", "genre", asked)


def authors_feed(asked: dict[str, Any]) -> Feed:
    """Raises NotFound."""
    return _names_feed(Author, _("Authors"), "opds-authors", "author", asked)


def languages_feed() -> Feed:
    """The most frequent ones first."""
    books = Book.objects.filter(withdrawn_at=None).exclude(language="")
    counts = books.values_list("language").annotate(books=Count("pk")).order_by("-books", "language")[:MOST_LANGUAGES]
    navigation = [_way("language", code, language_name(code), count) for code, count in counts]
    return feed(_("Languages"), public_page("opds-languages"), links=[], navigation=navigation)


def _names_feed(model: type[Author] | type[Genre], title: str, name: str, kind: str, asked: dict[str, Any]) -> Feed:
    place = Place(after=asked.get("after"), before=asked.get("before"))
    present = Book.objects.filter(withdrawn_at=None, **{f"{kind}s": OuterRef("pk")})
    found = walk(model._default_manager.filter(Exists(present)), order=BY_NAME, place=place)
    rows = names(model).filter(pk__in=found.ids)
    return feed(
        title,
        feed_address(name, after=place.after, before=place.before),
        links=neighbours(name, {}, found),
        navigation=[_way(kind, row["id"], row["name"], row["books_count"]) for row in rows],
    )


def _way(kind: str, value: Any, title: str, count: int) -> Link:
    address = feed_address("opds-books", **{kind: value})
    return link(address, rel="subsection", title=title, properties={"numberOfItems": count})
