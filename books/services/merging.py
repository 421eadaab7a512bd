"""Authors, genres and publishers that stand in the catalogue more than once become one."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from books import caches
from books.events import AuthorsMerged
from books.merges import moves
from books.models import Author, AuthorAlias, Authorship, Book, Genre, Publisher
from books.services.catalogue import lock_books, names_changed
from books.services.turns import write_alone
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import InvalidInput, NotFound
from library_portal.outbox import record

MOST_AT_ONCE = 20
Named = TypeVar("Named", Author, Genre, Publisher)


class NothingToMerge(InvalidInput):
    title = _("Choose the one that stays, and one to twenty others that are the same.")

    def __init__(self) -> None:
        super().__init__(errors={"others": [self.title]})


@transaction.atomic
def merge_authors(*, keep_id: int, other_ids: Sequence[int]) -> Author:
    """The others' books, in order and with their roles, are those of the one who stays; their names find them.

    What the page of the one who stays does not say is taken from the others. Raises NothingToMerge, NotFound, and what
    another context objects to (`books.merges`).
    """
    write_alone()
    keep, others = _locked_authors(keep_id, other_ids)
    ids = [other.pk for other in others]
    book_ids = _move_authorships(keep_id, ids)
    _fill_gaps(keep, others)
    AuthorAlias.objects.filter(author__in=ids).update(author=keep)
    AuthorAlias.objects.bulk_create(
        AuthorAlias(author=keep, name=other.name, match_key=other.match_key, former_id=other.pk) for other in others
    )
    for move in moves:
        move(keep_id, ids)
    Author.objects.filter(pk__in=ids).delete()
    _note(keep, others)
    record(AuthorsMerged(author_id=keep_id, merged_ids=ids))
    names_changed(book_ids=book_ids)
    return keep


@transaction.atomic
def merge_genres(*, keep_id: int, other_ids: Sequence[int]) -> Genre:
    """Raises NothingToMerge, NotFound."""
    write_alone()
    keep, others = _locked(Genre, keep_id, other_ids)
    entries = Book.genres.through.objects
    of_them = entries.filter(genre__in=others).values_list("book_id", flat=True)
    book_ids = [book.pk for book in lock_books(of_them)]
    entries.bulk_create((Book.genres.through(book_id=pk, genre=keep) for pk in book_ids), ignore_conflicts=True)
    return _only(keep, others, book_ids)


@transaction.atomic
def merge_publishers(*, keep_id: int, other_ids: Sequence[int]) -> Publisher:
    """Raises NothingToMerge, NotFound."""
    write_alone()
    keep, others = _locked(Publisher, keep_id, other_ids)
    books = Book.objects.filter(publisher__in=others)
    book_ids = [book.pk for book in lock_books(books.values_list("pk", flat=True))]
    books.update(publisher=keep)
    return _only(keep, others, book_ids)


def _only(keep: Named, others: Sequence[Named], book_ids: list[int]) -> Named:
    _note(keep, others)
    for other in others:
        other.delete()
    names_changed(book_ids=book_ids)
    caches.renew_on_commit()
    return keep


def _note(keep: Named, others: Sequence[Named]) -> None:
    """A merge can't be taken back: who asks later, finds who did it."""
    merged = {other.pk: other.name for other in others}
    audit.record(Action.NAMES_MERGED, what=keep._meta.model_name, id=keep.pk, name=keep.name, merged=merged)


def _locked(model: type[Named], keep_id: int, other_ids: Sequence[int]) -> tuple[Named, list[Named]]:
    """The one that stays, and the others as they were named. Raises NothingToMerge, NotFound."""
    wanted: list[int] = list(dict.fromkeys(other_ids))
    if not 0 < len(wanted) <= MOST_AT_ONCE or keep_id in wanted:
        raise NothingToMerge
    ids = [keep_id, *wanted]
    found = {row.pk: row for row in model.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")}
    if len(found) != len(ids):
        raise NotFound
    return found[keep_id], [found[pk] for pk in wanted]


def _locked_authors(keep_id: int, other_ids: Sequence[int]) -> tuple[Author, list[Author]]:
    """Then their books; then nobody can enter the others as authors of yet another book (docs/locking.md)."""
    keep, others = _locked(Author, keep_id, other_ids)
    lock_books(Authorship.objects.filter(author__in=[keep, *others]).values_list("book", flat=True))
    list(Author.objects.select_for_update().filter(pk__in=other_ids).order_by("pk").values_list("pk"))
    return keep, others


def _move_authorships(keep_id: int, other_ids: Sequence[int]) -> list[int]:
    """A book that has several of them keeps the first place; the ids of all their books."""
    places = Authorship.objects.filter(author__in=[keep_id, *other_ids]).order_by("book_id", "position", "pk")
    first: dict[int, int] = {}
    later = [pk for pk, book_id in places.values_list("pk", "book_id") if first.setdefault(book_id, pk) != pk]
    Authorship.objects.filter(pk__in=later).delete()
    Authorship.objects.filter(pk__in=first.values()).update(author=keep_id)
    return list(first)


def _fill_gaps(keep: Author, others: Sequence[Author]) -> None:
    for field in ("biography", "city", "goodreads_url"):
        if not getattr(keep, field):
            setattr(keep, field, next(filter(None, (getattr(other, field) for other in others)), ""))
    keep.version += 1
    keep.save(update_fields=["biography", "city", "goodreads_url", "version"])
