"""A batch of records into the catalogue, in one transaction with the job's own progress: each is dealt with once."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from books.importing.deciding import Decision, Outcome, decide
from books.importing.entries import Entry
from books.importing.indexing import Stored, books_stored
from books.importing.keeping import keep_books, keep_drafts, keep_remarks
from books.importing.models import ImportJob
from books.importing.sources import Read
from books.importing.storing import change_books, create_books
from books.services.turns import write_alone

BATCH = 500
OPEN = (ImportJob.Status.WAITING, ImportJob.Status.RUNNING)


class InOtherHands(Exception):
    """Somebody else works on the job, or has ended it: it is left to them."""


def import_reads(
    job_id: int, reads: Sequence[Read], *, position: int, share_done: float, now: datetime
) -> list[Stored]:
    """The records after the first `position`. Halves what the database refuses until the record at fault is alone.

    Returns what is to be indexed. Raises InOtherHands.
    """
    try:
        return _import(job_id, reads, position, share_done, now)
    except (DataError, IntegrityError) as error:
        if len(reads) == 1:
            return _import(job_id, [_refused(reads[0], error)], position, share_done, now)
        middle = len(reads) // 2
        first = import_reads(job_id, reads[:middle], position=position, share_done=share_done, now=now)
        second = import_reads(job_id, reads[middle:], position=position + middle, share_done=share_done, now=now)
        return first + second


def _refused(read: Read, error: Exception) -> Read:
    reason = _("The database refused it: %s") % str(error).splitlines()[0]
    return read._replace(record=None, is_book=True, refusal=reason)


def _import(job_id: int, reads: Sequence[Read], position: int, share_done: float, now: datetime) -> list[Stored]:
    with transaction.atomic():
        job = lock_job(job_id, position)
        write_alone()
        decisions = decide(reads, job)
        store = _try_out if job.is_dry_run else _store
        stored = store(job, decisions, now)
        keep_remarks(job, decisions)
        _count(job, decisions, position + len(reads), share_done, now)
    return [stored] if stored else []


def lock_job(job_id: int, position: int) -> ImportJob:
    """The job, if it goes on after its first `position` records and nobody is at work. Raises InOtherHands."""
    jobs = ImportJob.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    job = jobs.filter(pk=job_id, status__in=OPEN, position=position).first()
    if job is None:
        raise InOtherHands
    return job


def _try_out(job: ImportJob, decisions: Sequence[Decision], now: datetime) -> None:
    """The database has its say, then all is taken back; only drafts stay, for the records that follow."""
    keep_drafts(job, list(dict.fromkeys(decision.entry for decision in decisions if decision.entry)))
    tried = transaction.savepoint()
    _store(job, decisions, now)
    transaction.savepoint_rollback(tried)


def _store(job: ImportJob, decisions: Sequence[Decision], now: datetime) -> Stored | None:
    created = _entries(decisions, Outcome.CREATED)
    changed = [entry for entry in _entries(decisions, Outcome.CHANGED) if entry.book_id]
    create_books(created, now=now)
    change_books(changed, now=now)
    keep_books(job, created, changed)
    return books_stored(job, created, changed)


def _entries(decisions: Sequence[Decision], outcome: Outcome) -> list[Entry]:
    return list(dict.fromkeys(one.entry for one in decisions if one.entry and one.outcome == outcome))


def _count(job: ImportJob, decisions: Sequence[Decision], position: int, share_done: float, now: datetime) -> None:
    counts = Counter(decision.outcome for decision in decisions)
    for outcome in Outcome:
        setattr(job, f"{outcome}_count", getattr(job, f"{outcome}_count") + counts[outcome])
    job.copies_count += sum(entry.copies for entry in _entries(decisions, Outcome.CREATED))
    job.position, job.share_done = position, share_done
    job.worked_at = now
    job.save(update_fields=[*(f"{outcome}_count" for outcome in Outcome), "copies_count", "position", "share_done",
                            "worked_at"])  # fmt: skip
