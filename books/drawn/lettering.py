"""Setting words in the portal's own typeface, whose letters are spread over a file for each script."""

from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from PIL import ImageDraw, ImageFont

FOLDER = settings.BASE_DIR / "static" / "fonts" / "literata"
SCRIPTS = ("latin", "latin-ext", "cyrillic", "greek")
DISPLAY_SIZE, SEMIBOLD = 40, 650
LINE_HEIGHT = 1.16
NO_LETTER = "\U0010fffd"


class Fitted(NamedTuple):
    """Lines of a text, and the size of type (in pixels) in which they fit."""

    lines: list[str]
    size: int


def can_be_set(text: str) -> bool:
    """Whether the typeface has every letter; what it lacks would be a box."""
    return all(letter.isspace() or _script_of(letter) is not None for letter in text)


def fitted(text: str, *, sizes: tuple[int, ...], width: int, height: int) -> Fitted:
    """In the largest of the sizes in which the text fits; cut short where none is small enough."""
    for size in sizes:
        lines = _wrapped(text.split(), size, width)
        if len(lines) * size * LINE_HEIGHT <= height and all(length(line, size) <= width for line in lines):
            return Fitted(lines, size)
    most = max(1, int(height // (size * LINE_HEIGHT)))
    return Fitted([_cut(line, size, width) for line in lines[:most]], size)


def write(draw: ImageDraw.ImageDraw, place: tuple[float, float], line: str, size: int, colour: str) -> None:
    x, y = place
    for letters, font in _runs(line, size):
        draw.text((x, y), letters, font=font, fill=colour, anchor="la")
        x += font.getlength(letters)


def length(line: str, size: int) -> float:
    return sum(font.getlength(letters) for letters, font in _runs(line, size))


def _wrapped(words: list[str], size: int, width: int) -> list[str]:
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and length(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _cut(line: str, size: int, width: int) -> str:
    if length(line, size) <= width:
        return line
    while line and length(f"{line}…", size) > width:
        line = line[:-1]
    return f"{line}…"


def _runs(line: str, size: int) -> list[tuple[str, ImageFont.FreeTypeFont]]:
    """The line parted where another file has the letters; spaces stay with the letters before them."""
    runs: list[tuple[str, str]] = []
    for letter in line:
        script = (runs[-1][1] if letter.isspace() and runs else _script_of(letter)) or SCRIPTS[0]
        if runs and runs[-1][1] == script:
            runs[-1] = (runs[-1][0] + letter, script)
        else:
            runs.append((letter, script))
    return [(letters, _font(script, size)) for letters, script in runs]


@lru_cache(maxsize=4096)
def _script_of(letter: str) -> str | None:
    """The file that draws this letter as something else than a letter it lacks."""
    for script in SCRIPTS:
        font = _font(script, DISPLAY_SIZE)
        mask, lacking = font.getmask(letter), font.getmask(NO_LETTER)
        if (mask.size, bytes(mask)) != (lacking.size, bytes(lacking)):
            return script
    return None


@lru_cache(maxsize=64)
def _font(script: str, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FOLDER / f"literata-{script}.woff2", size)
    font.set_variation_by_axes([DISPLAY_SIZE, SEMIBOLD])
    return font
