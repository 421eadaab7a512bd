"""Linked data in a page: a block that browsers neither run nor show."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from books.linked_data import author_data, book_data
from library_portal.api.json import dumps

# So that no text of ours can end the block or begin a comment in it.
ESCAPED = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

register = template.Library()


@register.filter
def as_book_data(book: dict[str, Any]) -> SafeString:
    return _block(book_data(book))


@register.filter
def as_author_data(author: dict[str, Any]) -> SafeString:
    return _block(author_data(author))


def _block(data: dict[str, Any]) -> SafeString:
    return SafeString(f'<script type="application/ld+json">{dumps(data).decode().translate(ESCAPED)}</script>')
