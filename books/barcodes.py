"""A barcode as a picture that grows and prints without blur: Code 128 as SVG, one unit to a module."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from reportlab.graphics.barcode.code128 import Code128

from books.labels import check_code128

HEIGHT, QUIET = 40, 10


def code128_svg(text: str) -> SafeString:
    """Black on white whatever the theme, with the quiet zone scanners need. Raises NotForCode128."""
    check_code128(text)
    bars, x = [], QUIET
    for letter in _modules(text):
        width = ord(letter.upper()) - ord("A") + 1
        if letter.isupper():
            bars.append((x, width))
        x += width
    return format_html(
        '<svg class="barcode" viewBox="0 0 {0} {1}" role="img" aria-label="{2}" shape-rendering="crispEdges">'
        '<rect width="{0}" height="{1}" fill="#fff"/>{3}</svg>',
        x + QUIET,
        HEIGHT,
        text,
        format_html_join("", f'<rect x="{{}}" width="{{}}" height="{HEIGHT}"/>', bars),
    )


def _modules(text: str) -> str:
    """Bars as capitals, gaps as small letters; A and a are one module wide, B and b two."""
    code = Code128(text, barWidth=1, quiet=False)
    for step in (code.validate, code.encode, code.decompose):
        step()
    return str(code.decomposed)
