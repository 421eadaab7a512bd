"""Covers drawn by the portal itself: cloth colour, picture and type follow from the book, the same every time.

Pictures of other hosts are never loaded: they would tell those hosts who reads what.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any
from zlib import crc32

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

CLOTHS = (
    "bottle",
    "oxblood",
    "midnight",
    "mustard",
    "plum",
    "lagoon",
    "clay",
    "slate",
    "rose",
    "linen",
    "moss",
    "dawn",
)
PICTURES = (
    "hills",
    "arches",
    "roofs",
    "moon",
    "waves",
    "peaks",
    "orbits",
    "branch",
    "keyhole",
    "rays",
    "blocks",
    "petals",
)
LAYOUTS = ("rising", "hanging", "plate")

# The first word found in a genre's name decides; the tail of each tuple names what suits it.
MOODS: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("child", "picture", "fairy", "animal"),
        ("dawn", "mustard", "lagoon", "rose"),
        ("hills", "petals", "moon", "branch"),
    ),
    (
        ("science fiction", "sci-fi", "dystop", "space", "cyber"),
        ("midnight", "lagoon", "slate", "plum"),
        ("orbits", "rays", "blocks"),
    ),
    (
        ("fantasy", "magic", "myth", "legend", "epic"),
        ("plum", "bottle", "midnight", "moss"),
        ("peaks", "moon", "arches", "keyhole"),
    ),
    (
        ("crime", "mystery", "thriller", "detective", "suspense", "spy"),
        ("slate", "oxblood", "midnight"),
        ("keyhole", "roofs", "rays"),
    ),
    (("horror", "ghost", "gothic", "vampire"), ("oxblood", "midnight", "slate"), ("moon", "keyhole", "arches")),
    (("romance", "love"), ("rose", "clay", "dawn", "oxblood"), ("petals", "branch", "waves")),
    (("poetry", "nature", "garden"), ("moss", "linen", "dawn"), ("branch", "petals", "waves", "hills")),
    (("travel", "adventure", "sea"), ("lagoon", "clay", "mustard"), ("waves", "peaks", "hills", "rays")),
    (
        ("history", "histor", "war", "biograph", "memoir"),
        ("oxblood", "bottle", "linen", "clay"),
        ("arches", "roofs", "rays", "branch"),
    ),
    (("science", "math", "comput", "program", "technolog"), ("slate", "lagoon", "linen"), ("orbits", "blocks", "rays")),
    (
        ("philosoph", "psycholog", "politic", "econom", "business", "essay"),
        ("linen", "slate", "mustard"),
        ("blocks", "rays", "orbits", "arches"),
    ),
)

# Letters that fit across the cover and lines that fit on it, from the largest type to the smallest.
TITLE_SIZES = ((7, 3), (9, 4), (11, 5), (13, 5), (16, 6), (20, 7))

register = template.Library()


@register.inclusion_tag("books/_cover.html")
def cover(book: Any) -> dict[str, Any]:
    """A book's cover: its own picture where this site keeps it, else a drawn one. Takes a book or a search hit."""
    title = short_title(book.title)
    authors = author_names(book)
    cloth, picture, layout = dress(book.title, authors, genre_names(book))
    return {
        "local_picture": book.cover_url if is_local(book.cover_url) else "",
        "title": title,
        "author": authors[0] if authors else "",
        "cloth": cloth,
        "picture": picture,
        "layout": layout,
        "size": title_size(title),
    }


@register.simple_tag
def spine(book: Any) -> SafeString:
    """CSS classes of the book's spine: the cloth of its cover, and a height and thickness of its own."""
    cloth, _picture, _layout = dress(book.title, author_names(book), genre_names(book))
    seed = crc32(book.title.encode())
    return format_html(
        "spine cloth-{} spine-tall-{} spine-thick-{} spine-band-{}", cloth, seed % 5, seed // 5 % 4, seed // 20 % 4
    )


@register.filter
def short_title(title: str) -> str:
    """The title as a cover prints it: without the series in brackets at its end."""
    head, bracket, _series = title.rpartition(" (")
    return head if bracket and title.endswith(")") else title


@register.filter
def author_names(book: Any) -> list[str]:
    """In the order of the title page; `authorships__author` is prefetched, or the book is a search hit."""
    if hasattr(book, "authorships"):
        return [place.author.name for place in book.authorships.all()]
    return [author.name for author in book.authors]


def genre_names(book: Any) -> list[str]:
    genres: Iterable[Any] = book.genres.all() if hasattr(book.genres, "all") else book.genres
    return [genre.name for genre in genres]


def is_local(address: str) -> bool:
    return address.startswith("/") and not address.startswith("//")


def dress(title: str, authors: list[str], genres: list[str]) -> tuple[str, str, str]:
    """Cloth, picture and layout; one author's books share the cloth as far as their genre allows."""
    cloths, pictures = _mood(" ".join(genres).lower())
    by_author = crc32((authors[0] if authors else title).encode())
    by_title = crc32(title.encode())
    return cloths[by_author % len(cloths)], pictures[by_title % len(pictures)], LAYOUTS[by_title // 16 % len(LAYOUTS)]


def _mood(genres: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    for words, cloths, pictures in MOODS:
        if any(word in genres for word in words):
            return cloths, pictures
    return CLOTHS, PICTURES


def title_size(title: str) -> int:
    """1 (largest) to 6: the largest type in which the longest word fits in a line, and the title on the cover."""
    longest = max((_width(word) for word in title.split()), default=0)
    for size, (letters, lines) in enumerate(TITLE_SIZES, start=1):
        if longest <= letters and _width(title) <= letters * lines * 0.75:
            return size
    return len(TITLE_SIZES)


def _width(text: str) -> int:
    """In letters; Chinese, Japanese and Korean characters are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
