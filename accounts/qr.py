"""QR codes for apps to read."""

import segno


def qr_svg(text: str) -> str:
    """Dark on light in any theme, as cameras expect; no style attributes, which the content security policy forbids."""
    return segno.make(text, error="m").svg_inline(border=4, light="#fff", omitsize=True, svgclass="qr", lineclass=None)
