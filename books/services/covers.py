"""A book's cover picture: shown, taken away, fetched from where a librarian or an import says there is one.

Whoever stores or deletes the files of a picture holds an advisory lock on its hash first, then the book's row: no file
goes that a book is just about to show.
"""

import logging
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from books import caches
from books.covers import files
from books.covers.fetching import NoPictureThere, fetch_picture
from books.covers.pictures import CoverPicture, NotAPicture
from books.events import BookUpdated
from books.models import Book
from books.services.catalogue import lock_present_book
from books.services.cover_wishes import WantedCover, books_to_fetch_for, want_cover
from library_portal.outbox import record

logger = logging.getLogger(__name__)


@transaction.atomic
def set_cover_picture(*, book_id: int, picture: CoverPicture, now: datetime) -> None:
    """Shows this picture from now on; `cover_url` is not asked any more. Raises BookNotFound."""
    _keep(picture)
    _show(lock_present_book(book_id), picture.hash, now)


@transaction.atomic
def remove_cover_picture(*, book_id: int, now: datetime) -> None:
    """The drawn cover is back; without a picture nothing changes. Raises BookNotFound."""
    book = lock_present_book(book_id)
    if book.cover_picture:
        _show(book, "", now)


def fetch_cover(*, book_id: int, now: datetime) -> bool:
    """Fetches the picture that a book's `cover_url` names, once, outside of any transaction; tells whether it came."""
    wanted = want_cover(book_id=book_id, now=now)
    if wanted is None:
        return False
    try:
        picture = fetch_picture(wanted.url)
    except (NoPictureThere, NotAPicture) as refusal:
        logger.info("No cover for book %d: %s", book_id, refusal)
        return False
    cover_fetched(wanted=wanted, picture=picture)
    return True


def fetch_missing_covers(*, limit: int, now: datetime) -> int:
    """For books that came without anybody waiting, as by an import; returns how many pictures came."""
    return sum(fetch_cover(book_id=book_id, now=now) for book_id in books_to_fetch_for(limit=limit, now=now))


@transaction.atomic
def cover_fetched(*, wanted: WantedCover, picture: CoverPicture) -> None:
    """Shows what was fetched, unless somebody has named or sent another picture meanwhile."""
    _keep(picture)
    book = Book.objects.select_for_update(no_key=True).filter(pk=wanted.book_id).first()
    if book and (book.cover_url, book.cover_fetched_at) == (wanted.url, wanted.asked_at):
        _show(book, picture.hash, wanted.asked_at)


@transaction.atomic
def delete_unused_picture(picture_hash: str) -> bool:
    """Deletes the files of a picture that no book shows any more; tells whether it did."""
    _lock(picture_hash)
    if Book.objects.filter(cover_picture=picture_hash).exists():
        return False
    files.delete(picture_hash)
    return True


def delete_unused_on_commit(picture_hash: str) -> None:
    if picture_hash:
        transaction.on_commit(partial(delete_unused_picture, picture_hash))


def delete_unused_pictures() -> int:
    """What a process that died left behind; returns how many pictures went."""
    gone = 0
    for hashes in files.kept_hashes():
        used = set(Book.objects.filter(cover_picture__in=hashes).values_list("cover_picture", flat=True))
        gone += sum(delete_unused_picture(picture_hash) for picture_hash in sorted(hashes - used))
    return gone


def _keep(picture: CoverPicture) -> None:
    _lock(picture.hash)
    files.keep(picture)


def _show(book: Book, picture_hash: str, now: datetime) -> None:
    """The version stays: a picture takes nothing from a librarian who is correcting the record."""
    Book.objects.filter(pk=book.pk).update(cover_picture=picture_hash, cover_fetched_at=now, updated_at=now)
    if book.cover_picture != picture_hash:
        delete_unused_on_commit(book.cover_picture)
    record(BookUpdated(book.pk, book.version))
    caches.renew_on_commit(book.pk)


def _lock(picture_hash: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"cover:{picture_hash}"])
