"""Taking an import back as a whole, or not at all."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, IntegerField, ProtectedError, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books import caches
from books.events import BookDeleted, BooksImported, BookUpdated, ImportReverted
from books.importing.entries import Entry, Fields, entries_of
from books.importing.importer import OPEN
from books.importing.models import ImportedBook, ImportJob
from books.importing.storing import change_books
from books.models import Book, Copy
from books.services.turns import write_alone
from library_portal import audit
from library_portal.audit.models import Action
from library_portal.errors import NotFound, PortalError
from library_portal.outbox import record
from library_portal.outbox.recording import record_many

AT_ONCE = 1_000
NAMED_AT_MOST = 5


class ImportNotFound(NotFound):
    title = gettext_lazy("There is no such import.")


class CannotRevert(PortalError):
    code = "conflict"
    status = 409
    title = gettext_lazy("This import can't be taken back.")


@transaction.atomic
def revert_import(*, job_id: int, now: datetime) -> ImportJob:
    """Deletes the books that the import made, and gives those it changed back what they had where that still holds.

    One transaction: nobody sees half of it. Authors, genres and publishers stay, as do later changes of other fields.
    An import that was taken back stays so. Raises ImportNotFound, CannotRevert; nothing is changed then.
    """
    job = ImportJob.objects.select_for_update(of=("self",), no_key=True).filter(pk=job_id).first()
    if job is None:
        raise ImportNotFound
    if job.status == ImportJob.Status.REVERTED:
        return job
    _check_job(job)
    write_alone()
    made, changed = _lock_books(job)
    _check_untouched(job)
    for chunk in _chunks(changed):
        _give_back(job, chunk, now)
    for chunk in _chunks(made):
        _delete(job, chunk)
    return _reverted(job, len(made), len(changed))


def _check_job(job: ImportJob) -> None:
    if job.status in OPEN:
        raise CannotRevert(_("The import is still running."))
    if job.is_dry_run:
        raise CannotRevert(_("It was a dry run: nothing was changed."))


def _lock_books(job: ImportJob) -> tuple[list[int], list[int]]:
    """Made and changed, in the order of ids. Whoever wants one of them meanwhile waits, and then sees it gone."""
    books = Book.objects.filter(imports__job=job).order_by("pk").select_for_update(of=("self",))
    rows = list(books.values_list("pk", "imports__is_new"))
    return [pk for pk, is_new in rows if is_new], [pk for pk, is_new in rows if not is_new]


def _check_untouched(job: ImportJob) -> None:
    """Raises CannotRevert, naming the first books that somebody asked for, or that were edited since."""
    made = ImportedBook.objects.filter(job=job, is_new=True).order_by("book")
    out = Copy.objects.filter(status__in=[Copy.Status.HELD, Copy.Status.ON_LOAN]).values("book")
    wanted = made.filter(Q(book__in=out) | Q(book__loans_count__gt=0) | Q(book__waiting_count__gt=0))
    _refuse(_("Books of this import were lent or reserved: %s."), wanted.values_list("book__title", flat=True))
    since = made.annotate(
        copies_now=Count("book__copies"),
        version_then=Cast(KT("after__version"), IntegerField()),
        copies_then=Cast(KT("after__copies"), IntegerField()),
    )
    edited = since.exclude(book__version=F("version_then"), copies_now=F("copies_then"))
    _refuse(_("Books of this import were edited since: %s."), edited.values_list("book__title", flat=True))


def _refuse(reason: str, titles: Sequence[str]) -> None:
    """Raises CannotRevert when there are any."""
    named = list(titles[: NAMED_AT_MOST + 1])
    if named:
        more = ["…"] if len(named) > NAMED_AT_MOST else []
        raise CannotRevert(reason % "; ".join([*named[:NAMED_AT_MOST], *more]))


def _give_back(job: ImportJob, book_ids: list[int], now: datetime) -> None:
    entries = entries_of(book_ids, lock=True)
    for row in ImportedBook.objects.filter(job=job, book__in=book_ids):
        entries[row.book_id].change(_still_as_imported(entries[row.book_id].fields, row))
    changed = [entry for entry in entries.values() if entry.after]
    change_books(changed, now=now)
    _tell(job, changed)


def _still_as_imported(fields: Fields, row: ImportedBook) -> Fields:
    """What it was before, of the fields that nobody has changed since."""
    return {name: row.before[name] for name, value in row.after.items() if fields[name] == value}


def _tell(job: ImportJob, changed: Sequence[Entry]) -> None:
    ids = [entry.book_id for entry in changed if entry.book_id]
    if ids:
        record_many([BookUpdated(entry.book_id or 0, entry.version) for entry in changed], is_delivered=False)
        record(BooksImported(job.pk, ids))
        caches.renew_on_commit(*ids)


def _delete(job: ImportJob, book_ids: list[int]) -> None:
    """Raises CannotRevert when anything remembers one of them."""
    try:
        Copy.objects.filter(book__in=book_ids).delete()
        Book.objects.filter(pk__in=book_ids).delete()
    except ProtectedError as error:
        remembered = {thing.book_id for thing in error.protected_objects if hasattr(thing, "book_id")}
        titles = Book.objects.filter(pk__in=remembered).order_by("pk").values_list("title", flat=True)
        _refuse(_("Books of this import have a history: %s."), titles)
        raise CannotRevert from error
    record_many([BookDeleted(book_id, withdrawn=False) for book_id in book_ids], is_delivered=False)
    record(BooksImported(job.pk, book_ids))
    caches.renew_on_commit(*book_ids)


def _reverted(job: ImportJob, deleted: int, restored: int) -> ImportJob:
    job.status = ImportJob.Status.REVERTED
    job.save(update_fields=["status"])
    record(ImportReverted(job.pk))
    audit.record(Action.IMPORT_REVERTED, id=job.pk, file=job.file_name, deleted=deleted, restored=restored)
    return job


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield list(ids[start : start + AT_ONCE])
