"""Books that leave the catalogue, and come back."""

from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from books import caches
from books.events import BookDeleted
from books.models import Book, Copy
from books.services.catalogue import StaleBook, book_saved, lock_present_book
from books.services.circulation import availability_changed, lock_book
from books.services.covers import delete_unused_on_commit
from library_portal.errors import PortalError
from library_portal.outbox import record


class BookInUse(PortalError):
    code = "conflict"
    status = 409
    title = _("Copies of this book are held or on loan, or people wait for it.")


@transaction.atomic
def withdraw_or_delete_book(*, book_id: int, version: int | None = None, now: datetime) -> None:
    """Deletes a book nobody ever asked for; one with a history is withdrawn.

    Raises BookNotFound, StaleBook, BookInUse.
    """
    book = lock_present_book(book_id)
    if version is not None and book.version != version:
        raise StaleBook
    out = book.copies.filter(status__in=[Copy.Status.HELD, Copy.Status.ON_LOAN])
    if book.waiting_count or out.exists():
        raise BookInUse
    withdrawn = not _deleted(book)
    if withdrawn:
        _withdraw(book, now)
    record(BookDeleted(book_id=book_id, withdrawn=withdrawn))
    caches.renew_on_commit(book_id)


@transaction.atomic
def restore_book(*, book_id: int, with_copies: bool, now: datetime) -> Book:
    """Readers find a withdrawn book again; its withdrawn copies come back to the shelf too, or stay away.

    One that is not withdrawn stays as it is. Raises BookNotFound.
    """
    book = lock_book(book_id)
    if book.withdrawn_at is None:
        return book
    Book.objects.filter(pk=book_id).update(withdrawn_at=None)
    if with_copies:
        withdrawn = book.copies.filter(status=Copy.Status.UNAVAILABLE, reason=Copy.Reason.WITHDRAWN)
        withdrawn.update(status=Copy.Status.AVAILABLE, reason="")
    restored = book_saved(book_id=book_id, created=False, now=now)
    availability_changed(book_id)
    return restored


def _deleted(book: Book) -> bool:
    try:
        with transaction.atomic():
            book.copies.all().delete()
            Book.objects.filter(pk=book.pk).delete()
    except ProtectedError:
        return False
    delete_unused_on_commit(book.cover_picture)
    return True


def _withdraw(book: Book, now: datetime) -> None:
    book.copies.filter(status=Copy.Status.AVAILABLE).update(
        status=Copy.Status.UNAVAILABLE, reason=Copy.Reason.WITHDRAWN
    )
    Book.objects.filter(pk=book.pk).update(withdrawn_at=now, updated_at=now, version=book.version + 1)
