"""A book's cover: its own picture, else one drawn by the portal itself, whose cloth colour, picture and type follow
from the book, the same every time.

Pictures of other hosts are never loaded: they would tell those hosts who reads what.
"""

import unicodedata
from typing import Any, NamedTuple
from zlib import crc32

from django import template

from books.covers.files import picture_addresses

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
# Only these look whole when a plate with the title covers their middle.
PATTERNS = ("rays", "blocks")
CLOTHS_PER_AUTHOR = 3

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


class Facts(NamedTuple):
    """What a cover is drawn from, unless there is a `picture` (its addresses by size)."""

    title: str
    authors: list[str]
    genres: list[str]
    cover_url: str
    picture: dict[str, str] | None = None


@register.inclusion_tag("books/_cover.html")
def cover(book: Any) -> dict[str, Any]:
    """A book's cover: its own picture where this site keeps it, else a drawn one."""
    facts = facts_of(book)
    title = short_title(facts.title)
    cloth, drawing, layout = dress(facts)
    return {
        "picture": facts.picture,
        "local_picture": facts.cover_url if is_local(facts.cover_url) else "",
        "title": title,
        "author": facts.authors[0] if facts.authors else "",
        "cloth": cloth,
        "drawing": drawing,
        "layout": layout,
        "size": title_size(title),
    }


@register.simple_tag
def spine(book: Any) -> str:
    """CSS classes of the book's spine: the cloth of its cover, and a height and thickness of its own."""
    facts = facts_of(book)
    cloth, _picture, _layout = dress(facts)
    seed = crc32(facts.title.encode())
    return f"spine cloth-{cloth} spine-tall-{seed % 5} spine-thick-{seed // 5 % 4} spine-band-{seed // 20 % 4}"


@register.filter
def short_title(title: str) -> str:
    """The title as a cover prints it: without the series in brackets at its end."""
    head, bracket, _series = title.rpartition(" (")
    return head if bracket and title.endswith(")") else title


def facts_of(book: Any) -> Facts:
    """Of a row of `books.queries` or of a model; there `authorships__author` and `genres` should be prefetched."""
    if not isinstance(book, dict):
        genres = [genre.name for genre in book.genres.all()]
        picture = picture_addresses(book.cover_picture)
        return Facts(book.title, author_names(book), genres, book.cover_url, picture)
    authors, genres = ([one["name"] for one in book[kind]] for kind in ("authors", "genres"))
    return Facts(book["title"], authors, genres, book["cover_url"], book.get("cover_picture"))


@register.filter
def author_names(book: Any) -> list[str]:
    """In the order of the title page."""
    return [place.author.name for place in book.authorships.all()]


def is_local(address: str) -> bool:
    return address.startswith("/") and not address.startswith("//")


def dress(facts: Facts) -> tuple[str, str, str]:
    """Cloth, picture and layout; one author's books share few cloths, so that they look related."""
    cloths, pictures = _mood(" ".join(facts.genres).lower())
    by_author = crc32((facts.authors[0] if facts.authors else facts.title).encode())
    by_title = crc32(facts.title.encode())
    picture, layout = pictures[by_title % len(pictures)], LAYOUTS[by_title // 16 % len(LAYOUTS)]
    if layout == "plate" and picture not in PATTERNS:
        layout = "hanging"
    return cloths[(by_author + by_title % CLOTHS_PER_AUTHOR) % len(cloths)], picture, layout


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
