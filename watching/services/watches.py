"""Beginning and ending to watch a book or to follow an author. Both may be said again: that changes nothing."""

from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

import books.queries
import books.services
from accounts.services.locks import locked
from library_portal.errors import NotFound, PortalError
from watching.models import Watch


class OnTheShelf(PortalError):
    """Nobody need be told of what is so already."""

    code = "conflict"
    status = 409
    title = _("A copy is on the shelf now: reserve it.")


class TooManyWatches(PortalError):
    code = "limit_reached"
    status = 409
    title = _("You watch and follow as much as one person may. Please end something first.")


class Begun(NamedTuple):
    """`is_new` is False when the reader had begun before."""

    watch: Watch
    is_new: bool


@transaction.atomic
def watch_book(*, user_id: int, book_id: int) -> Begun:
    """The reader will be told once, when a copy is free and nobody waits. Books that are withdrawn or not lent may be
    watched as well.

    Under the book's lock: a copy that becomes free meanwhile is refused here or told of afterwards, never missed.
    Raises BookNotFound, UserNotFound, OnTheShelf, TooManyWatches.
    """
    books.services.lock_book(book_id)
    locked(user_id)
    before = Watch.objects.filter(user_id=user_id, book_id=book_id).first()
    if before is None and books.queries.status_of(book_id=book_id) == books.queries.AVAILABLE:
        raise OnTheShelf
    return _begun(before, Watch(user_id=user_id, book_id=book_id))


@transaction.atomic
def follow_author(*, user_id: int, author_id: int) -> Begun:
    """The reader will be told of each new book. Under the author's lock: an author who becomes one with another at the
    same instant takes the reader along (`watching/merges.py`) or is not found.

    Raises NotFound, UserNotFound, TooManyWatches.
    """
    books.services.lock_author(author_id)
    locked(user_id)
    before = Watch.objects.filter(user_id=user_id, author_id=author_id).first()
    return _begun(before, Watch(user_id=user_id, author_id=author_id))


def _begun(before: Watch | None, wanted: Watch) -> Begun:
    """The person's row is locked: there is one of each, and not one too many."""
    if before is not None:
        return Begun(before, is_new=False)
    if Watch.objects.filter(user_id=wanted.user_id).count() >= settings.MAX_WATCHES:
        raise TooManyWatches
    wanted.save(force_insert=True)
    return Begun(wanted, is_new=True)


def stop_watching(*, user_id: int, book_id: int) -> None:
    Watch.objects.filter(user_id=user_id, book_id=book_id).delete()


def stop_following(*, user_id: int, author_id: int) -> None:
    Watch.objects.filter(user_id=user_id, author_id=author_id).delete()


def end_watch(*, user_id: int, watch_id: int) -> None:
    """Raises NotFound for what is another's or not there."""
    deleted, _by_model = Watch.objects.filter(user_id=user_id, pk=watch_id).delete()
    if not deleted:
        raise NotFound
