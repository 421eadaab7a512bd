"""Ways into the catalogue by genre, language and author, each with the number of its books."""

from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from books.languages import language_name
from books.models import Author, Book, Genre
from books.opds.feeds import Feed, feed, neighbours
from books.opds.links import Link, feed_address, link
from books.opds.seeking import Place, walk
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
    names = model._default_manager.filter(pk__in=found.ids).order_by(*BY_NAME).values_list("pk", "name")
    counts = _books_of_each(kind, found.ids)
    return feed(
        title,
        feed_address(name, after=place.after, before=place.before),
        links=neighbours(name, {}, found),
        navigation=[_way(kind, pk, title, counts.get(pk, 0)) for pk, title in names],
    )


def _books_of_each(kind: str, ids: list[int]) -> dict[int, int]:
    """Counted for all of them in one pass over their books."""
    books = Book.objects.filter(withdrawn_at=None, **{f"{kind}s__in": ids})
    return dict(books.values_list(f"{kind}s").annotate(books=Count("pk")).order_by())


def _way(kind: str, value: Any, title: str, count: int) -> Link:
    address = feed_address("opds-books", **{kind: value})
    return link(address, rel="subsection", title=title, properties={"numberOfItems": count})
