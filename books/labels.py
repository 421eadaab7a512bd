"""Sheets of labels for copies: title, author, the barcode as Code 128 and as a number to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from unicodedata import bidirectional, normalize

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import inch, mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from library_portal.errors import InvalidInput

FONT, OWN_FONT = "Labels", "Vera.ttf"
PADDING, QUIET = 3 * mm, 3 * mm
WIDEST_MODULE = 0.4 * mm


class NotForCode128(InvalidInput):
    """The barcode has letters that Code 128 can't show."""


@dataclass(frozen=True)
class Label:
    barcode: str
    title: str
    author: str


@dataclass(frozen=True)
class Sheet:
    """Labels side by side, from the top left; lengths are in points."""

    name: object
    page: tuple[float, float]
    columns: int
    rows: int
    label: tuple[float, float]
    column_gap: float = 0

    @property
    def labels(self) -> int:
        return self.columns * self.rows

    def places(self, start: int) -> Iterator[tuple[bool, float, float]]:
        """Whether a page begins, and the lower left corner of each label from number `start` (from 1) on, for ever."""
        width, height = self.label
        left = (self.page[0] - self.columns * width - (self.columns - 1) * self.column_gap) / 2
        top = (self.page[1] + self.rows * height) / 2
        number = start - 1
        while True:
            row, column = divmod(number % self.labels, self.columns)
            begins = number >= self.labels and number % self.labels == 0
            yield begins, left + column * (width + self.column_gap), top - (row + 1) * height
            number += 1


SHEETS = {
    "a4-24": Sheet(_("A4, 3 × 8 labels of 70 × 36 mm"), A4, 3, 8, (70 * mm, 36 * mm)),
    "a4-65": Sheet(_("A4, 5 × 13 labels of 38 × 21 mm"), A4, 5, 13, (38.1 * mm, 21.2 * mm), 2.5 * mm),
    "letter-30": Sheet(_("US Letter, 3 × 10 labels of 2⅝ × 1 inch"), LETTER, 3, 10, (2.625 * inch, inch), 0.125 * inch),
}


def label_sheets(labels: Sequence[Label], *, sheet: Sheet, start: int = 1) -> bytes:
    """A PDF, the first label at place `start` of a sheet that is used in part. Raises NotForCode128."""
    _font()
    out = BytesIO()
    canvas = Canvas(out, pagesize=sheet.page)
    canvas.setTitle("Labels")
    for label, (page_begins, x, y) in zip(labels, sheet.places(start), strict=False):
        if page_begins:
            canvas.showPage()
        _draw(canvas, label, sheet, x, y)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: Label, sheet: Sheet, x: float, y: float) -> None:
    width, height = sheet.label
    size, middle = height / 11, x + width / 2
    for number, text in enumerate((label.title, label.author), start=1):
        _line(canvas, text, middle, y + height - PADDING / 2 - number * 1.25 * size, size, width - 2 * PADDING)
    bars = _bars(label.barcode, width - 2 * QUIET, height * 0.45)
    bars.drawOn(canvas, middle - bars.width / 2, y + height * 0.2)
    _line(canvas, label.barcode, middle, y + height * 0.2 - 1.2 * size, size, width - 2 * PADDING)


def _bars(barcode: str, width: float, height: float) -> Code128:
    """As wide as the label allows, with nothing beside it: the label's margins are the quiet zone."""
    check_code128(barcode)
    modules = Code128(barcode, barWidth=1, quiet=False).width
    return Code128(barcode, barWidth=min(WIDEST_MODULE, width / modules), barHeight=height, quiet=False)


def check_code128(barcode: str) -> None:
    """Raises NotForCode128."""
    if not (barcode.isascii() and barcode.isprintable()):
        raise NotForCode128(_("The barcode “%s” can't be printed as Code 128.") % barcode)


def _line(canvas: Canvas, text: str, middle: float, y: float, size: float, width: float) -> None:
    """As much as fits; nothing rather than what nobody could read."""
    shown = normalize("NFC", text)
    if not all(map(_can_be_drawn, shown)):
        return
    while shown and pdfmetrics.stringWidth(shown, FONT, size) > width:
        shown = shown.rstrip("…")[:-1].rstrip() + "…"
        if shown == "…":
            return
    canvas.setFont(FONT, size)
    canvas.drawCentredString(middle, y, shown)


def _can_be_drawn(letter: str) -> bool:
    """Letters of the font, unless their script runs from right to left and is joined."""
    return ord(letter) in _font().face.charToGlyph and bidirectional(letter) not in ("R", "AL")


@cache
def _font() -> TTFont:
    font = TTFont(FONT, settings.LABEL_FONT if settings.LABEL_FONT.is_file() else OWN_FONT)
    pdfmetrics.registerFont(font)
    return font
