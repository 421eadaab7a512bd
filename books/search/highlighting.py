"""Showing a reader which words of a title were found."""

import re
from collections.abc import Collection, Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .analysis import fold, is_unspaced, other_forms, readings

_PIECES = re.compile(r"([\s\-‐-―/:;,.!?()\[\]\"“”«»&]+)")


def highlighted(text: str, found: Collection[str]) -> SafeString:
    """The text as HTML, with what is read as one of the `found` words inside <mark>."""
    pieces = _PIECES.split(text)  # at the odd places what parts them
    marked = _marked_places(pieces, set(found))
    parts = (part for place, piece in enumerate(pieces) for part in _marked(piece, found, place in marked))
    return format_html_join("", "{}", ((part,) for part in parts))


def _marked_places(pieces: list[str], found: set[str]) -> set[int]:
    """Also two pieces that only together are read so: "spiderman" in "Spider-Man", "22" in "Twenty-Two"."""
    forms = [_forms(piece) for piece in pieces]
    marked = {place for place, own in enumerate(forms) if own & found}
    for place in range(0, len(pieces) - 2, 2):
        together = _forms(f"{pieces[place]} {pieces[place + 2]}") - forms[place] - forms[place + 2]
        if together & found:
            marked |= {place, place + 2}
    return marked


def _forms(text: str) -> set[str]:
    return {word for reading in readings(text) for word in reading} | other_forms(text)


def _marked(piece: str, found: Collection[str], is_found: bool) -> Iterator[SafeString | str]:
    if is_unspaced(piece):
        yield from _marked_characters(piece, found)
    else:
        yield format_html("<mark>{}</mark>", piece) if is_found else piece


def _marked_characters(piece: str, found: Collection[str]) -> Iterator[SafeString | str]:
    """Where words are not parted, a found word is marked wherever it stands."""
    folded = fold(piece)
    if len(folded) != len(piece):
        yield piece
        return
    marks = [False] * len(piece)
    for word in found:
        for occurrence in re.finditer(re.escape(word), folded):
            marks[slice(*occurrence.span())] = [True] * len(word)
    start = 0
    for end in range(1, len(piece) + 1):
        if end == len(piece) or marks[end] != marks[start]:
            run = piece[start:end]
            yield format_html("<mark>{}</mark>", run) if marks[start] else run
            start = end
