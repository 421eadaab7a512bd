"""The statement and the receipt on paper."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from itertools import accumulate

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, SimpleDocTemplate, Spacer, TableStyle

from library_portal.interface import dollars
from subscriptions.models import LedgerEntry
from subscriptions.references import meanings
from subscriptions.statement.csv_file import details

FONT, OWN_FONT, SIZE = "Statement", "Vera.ttf", 8.5
COLUMNS = (34 * mm, 34 * mm, 62 * mm, 23 * mm, 23 * mm)
# In points: the table's space at both sides of a cell is none of its text.
DETAILS_WIDTH = COLUMNS[2] - 12


def statement_pdf(entries: Sequence[LedgerEntry], *, holder: str, balance: str) -> bytes:
    """A4, the head of the table on each page. `holder` is whose it is, `balance` in words."""
    _font()
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=17 * mm, rightMargin=17 * mm, topMargin=28 * mm, title=_("Statement"), lang="en"
    )

    def head(canvas: Canvas, _document: SimpleDocTemplate) -> None:
        canvas.setFont(FONT, 14)
        canvas.drawString(17 * mm, A4[1] - 17 * mm, _drawn(_("Statement of %(holder)s") % {"holder": holder}))
        canvas.setFont(FONT, 9)
        canvas.drawString(17 * mm, A4[1] - 23 * mm, _drawn(f"{_today()} · {balance}"))
        canvas.drawRightString(A4[0] - 17 * mm, 12 * mm, str(canvas.getPageNumber()))

    document.build([_table(entries), Spacer(1, 4 * mm)], onFirstPage=head, onLaterPages=head)
    return out.getvalue()


def _table(entries: Sequence[LedgerEntry]) -> LongTable:
    known = meanings(entries)
    rows = [[_("When"), _("What"), _("Details"), _("Amount"), _("Balance")]]
    rows += [
        [
            date_format(timezone.localtime(entry.created_at), "j M Y, H:i"),
            str(entry.get_kind_display()),
            _short(_drawn(details(entry, known.get(entry.pk)))),
            dollars(entry.amount),
            dollars(entry.balance_after),
        ]
        for entry in entries
    ]
    style = [
        ("FONT", (0, 0), (-1, -1), FONT, SIZE),
        ("ALIGN", (3, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(0x17211C)),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, HexColor(0xD7DFD5)),
    ]
    return LongTable(rows, colWidths=COLUMNS, repeatRows=1, style=TableStyle(style))


def _short(text: str) -> str:
    """As much as fits beside the amount: capitals are twice as wide as others."""
    ends = accumulate(pdfmetrics.stringWidth(letter, FONT, SIZE) for letter in text)
    fitting = sum(end <= DETAILS_WIDTH for end in ends)
    return text if fitting == len(text) else f"{text[: fitting - 1].rstrip()}…"


def _drawn(text: str) -> str:
    """What the font has no letters for is left out rather than printed as boxes."""
    letters = _font().face.charToGlyph
    return "".join(letter for letter in text if ord(letter) in letters)


def _today() -> str:
    return date_format(timezone.localdate(), "j F Y")


@cache
def _font() -> TTFont:
    font = TTFont(FONT, settings.LABEL_FONT if settings.LABEL_FONT.is_file() else OWN_FONT)
    pdfmetrics.registerFont(font)
    return font
