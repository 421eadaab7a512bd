"""Code 128 as SVG: its bars are those of the standard, in whole modules, with quiet zones."""

import re
from itertools import pairwise

import pytest

from books.barcodes import code128_svg
from books.labels import NotForCode128


def widths(text: str) -> list[int]:
    """Of bars and gaps in turn, from the first bar on."""
    found = re.findall(r'<rect x="(\d+)" width="(\d+)"', code128_svg(text))
    bars = [(int(x), int(width)) for x, width in found]
    edges = [edge for x, width in bars for edge in (x, x + width)]
    return [after - before for before, after in pairwise(edges)]


def test_the_bars_are_those_of_the_standard() -> None:
    """Start B, P, J, the check symbol (104 + 1 × 48 + 2 × 42) mod 103 = 30, stop."""
    symbols = ["211214", "313121", "112133", "212123", "2331112"]
    assert widths("PJ") == [int(module) for symbol in symbols for module in symbol]


def test_both_sides_are_quiet() -> None:
    picture = code128_svg("PJ")
    assert ('<rect x="10"' in picture, 'viewBox="0 0 77 40"' in picture) == (True, True)


@pytest.mark.parametrize("text", ["Müller", "a\x07"])
def test_letters_that_it_lacks_are_refused(text: str) -> None:
    with pytest.raises(NotForCode128):
        code128_svg(text)


def test_what_stands_in_a_barcode_is_no_markup() -> None:
    assert 'aria-label="&lt;b&gt;"' in code128_svg("<b>")
