"""Pictures that are to be had elsewhere: each address is tried once, whatever comes of it."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from books import queries
from books.covers.addresses import may_be_fetched
from books.events import BookCoverWanted
from books.models import Book
from library_portal.outbox import record

LOOKED_AT = 1000


class WantedCover(NamedTuple):
    """`asked_at` tells this try from what a librarian does meanwhile."""

    book_id: int
    url: str
    asked_at: datetime


def cover_url_changed(book: Book) -> None:
    """What the writer of a new `cover_url` does in its transaction: the new address may be tried."""
    Book.objects.filter(pk=book.pk).update(cover_fetched_at=None)
    if may_be_fetched(book.cover_url):
        record(BookCoverWanted(book.pk))


@transaction.atomic
def want_cover(*, book_id: int, now: datetime) -> WantedCover | None:
    """Notes the one try, before it is made. None when there is nothing to fetch, or it was tried."""
    book = Book.objects.select_for_update(no_key=True).filter(pk=book_id, withdrawn_at=None).first()
    if book is None or book.cover_fetched_at or not may_be_fetched(book.cover_url):
        return None
    Book.objects.filter(pk=book_id).update(cover_fetched_at=now)
    return WantedCover(book_id, book.cover_url, now)


def books_to_fetch_for(*, limit: int, now: datetime) -> list[int]:
    """The next books with an address that was not tried; addresses on hosts that are never asked count as tried."""
    if not settings.COVER_HOSTS:
        return []
    waiting = queries.untried_covers(limit=max(limit, LOOKED_AT))
    hopeless = [book_id for book_id, url in waiting if not may_be_fetched(url)]
    Book.objects.filter(pk__in=hopeless, cover_fetched_at=None).update(cover_fetched_at=now)
    return [book_id for book_id, url in waiting if may_be_fetched(url)][:limit]


def forget_failed_tries() -> int:
    """Books without a picture are tried again; returns how many. For when hosts were added, or were away."""
    failed = Book.objects.filter(cover_picture="", cover_fetched_at__isnull=False).exclude(cover_url="")
    return failed.update(cover_fetched_at=None)
