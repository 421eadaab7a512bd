"""The ISBNs of a book: the main one, which is shown, and every other by which it is found."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from books.isbn import isbn13
from books.models import Book, Isbn
from library_portal.errors import InvalidInput


class IsbnTaken(InvalidInput):
    title = _("Another book has this ISBN.")

    def __init__(self, field: str = "isbn") -> None:
        super().__init__(errors={field: [self.title]})


def wanted_isbns(book: Book, changes: Any) -> list[str]:
    """All that the book is to have, the main one first: `isbn`, then `isbns`.

    Without `isbns` the new main one takes the place of the old, and the others stay. Raises InvalidIsbn.
    """
    others = changes["isbns"] if "isbns" in changes else _others_of(book)
    main = changes.get("isbn") or ""
    return list(dict.fromkeys(isbn13(number) for number in (main, *others) if number))


def set_isbns(book: Book, wanted: list[str]) -> bool:
    """Tells whether anything changed. Raises IsbnTaken."""
    known = set(book.isbns.values_list("number", flat=True))
    if known == set(wanted):
        return False
    book.isbns.filter(number__in=known - set(wanted)).delete()
    new = [number for number in wanted if number not in known]
    try:
        with transaction.atomic():
            Isbn.objects.bulk_create(Isbn(number=number, book=book) for number in new)
    except IntegrityError as error:
        raise taken(book, wanted) from error
    return True


def taken(book: Book, wanted: list[str]) -> IsbnTaken:
    """The refusal, at the field whose ISBN another book has."""
    is_main = Isbn.objects.filter(number__in=wanted[:1]).exclude(book=book).exists()
    return IsbnTaken("isbn" if is_main else "isbns")


def _others_of(book: Book) -> list[str]:
    return list(book.isbns.exclude(number=book.isbn or "").values_list("number", flat=True)) if book.pk else []
