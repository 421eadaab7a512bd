"""The picture of a book that has none: its cloth, its title and its author, always the same for the same book."""

import re
from functools import cache
from io import BytesIO
from typing import NamedTuple

from django.conf import settings
from PIL import Image, ImageDraw

from books.drawn.lettering import LINE_HEIGHT, can_be_set, fitted, write
from books.queries import Row
from books.templatetags.covers import dress, facts_of, short_title

COVER_SIZE, CARD_SIZE = (400, 600), (1200, 630)
COLOURS = 64
LONGEST = 160
# Goes into the address of each picture: raise it when they are drawn in another way.
DESIGN = 1
RULES = settings.BASE_DIR / "static" / "css" / "covers.css"


class Cloth(NamedTuple):
    """Colours of a cover as `covers.css` has them."""

    ground: str
    ink: str
    a: str
    b: str
    c: str


def drawn(book: Row, size: tuple[int, int]) -> bytes:
    """A PNG of this width and height. In scripts that the typeface lacks nothing is written."""
    facts = facts_of(book)
    cloth = cloths()[dress(facts)[0]]
    image = Image.new("RGB", size, cloth.ground)
    draw = ImageDraw.Draw(image)
    _bind(draw, cloth, size)
    _letter(draw, cloth, size, short_title(facts.title)[:LONGEST], ", ".join(facts.authors[:2])[:LONGEST])
    out = BytesIO()
    image.quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


@cache
def cloths() -> dict[str, Cloth]:
    rule = re.compile(r"\.cloth-(\w+)\s*\{" + r"[^#}]*(#\w{6})" * len(Cloth._fields))
    return {name: Cloth(*colours) for name, *colours in rule.findall(RULES.read_text())}


def _bind(draw: ImageDraw.ImageDraw, cloth: Cloth, size: tuple[int, int]) -> None:
    """The spine at the left, and a rising sun in the lower right corner."""
    width, height = size
    unit = min(size) // 20
    for share, colour in ((9, cloth.c), (7, cloth.a), (4, cloth.b)):
        radius = share * unit
        draw.circle((width, height), radius, fill=colour)
    draw.rectangle((0, 0, unit, height), fill=cloth.c)
    draw.rectangle((unit, 0, unit + unit // 4, height), fill=cloth.b)


def _letter(draw: ImageDraw.ImageDraw, cloth: Cloth, size: tuple[int, int], title: str, author: str) -> None:
    width, height = size
    unit = min(size) // 20
    left, top, room = 3 * unit, 2 * unit, width - 5 * unit
    large = tuple(unit * share // 10 for share in (44, 36, 30, 25, 21, 18, 15, 12))
    small = tuple(unit * share // 10 for share in (15, 12, 10))
    blocks = ((title, large, room, top, height // 2), (author, small, room - 8 * unit, height - 5 * unit, 3 * unit))
    for text, sizes, block_width, y, block_height in blocks:
        if not can_be_set(text):
            continue
        lines, letter_size = fitted(text, sizes=sizes, width=block_width, height=block_height)
        for number, line in enumerate(lines):
            write(draw, (left, y + number * letter_size * LINE_HEIGHT), line, letter_size, cloth.ink)
