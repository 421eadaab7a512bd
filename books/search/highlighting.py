"""Showing a reader which words of a title were found."""

import re
from collections.abc import Collection, Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .analysis import fold, is_unspaced, words

_PIECES = re.compile(r"([\s\-‐-―/:;,.!?()\[\]\"“”«»&]+)")


def highlighted(text: str, found: Collection[str]) -> SafeString:
    """The text as HTML, with what folds to one of the `found` words inside <mark>."""
    return format_html_join("", "{}", ((marked,) for piece in _PIECES.split(text) for marked in _marked(piece, found)))


def _marked(piece: str, found: Collection[str]) -> Iterator[SafeString | str]:
    if is_unspaced(piece):
        yield from _marked_characters(piece, found)
    elif not set(found).isdisjoint(words(piece)):
        yield format_html("<mark>{}</mark>", piece)
    else:
        yield piece


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
