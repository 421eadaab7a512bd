"""Where machines get pictures of a book. The address changes with the book, so that what is kept elsewhere is right."""

from typing import Any

from books.drawn.pictures import CARD_SIZE, COVER_SIZE, DESIGN
from books.queries import Row
from library_portal.public import public_page, public_url

PNG, WEBP = "image/png", "image/webp"


def pictures_of(book: Row) -> list[dict[str, Any]]:
    """Link objects of OPDS: the book's own, and the drawn one, which every client can show.

    `book` is a row of `book_details`.
    """
    width, height = COVER_SIZE
    own = book["cover_picture"] or {}
    pictures = [{"href": public_url(own[size]), "type": WEBP} for size in ("large", "small") if size in own]
    return [*pictures, {"href": _address("book-cover", book), "type": PNG, "width": width, "height": height}]


def card_of(book: Row) -> dict[str, Any]:
    """The wide picture that is shown where a link to the book is shared."""
    width, height = CARD_SIZE
    return {"href": _address("book-card", book), "width": width, "height": height}


def _address(name: str, book: Row) -> str:
    return f"{public_page(name, book['id'])}?v={DESIGN}.{book['version']}"
