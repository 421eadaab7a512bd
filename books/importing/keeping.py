"""What an import remembers of its own work: remarks, the books it touched, and the drafts of a dry run."""

from collections.abc import Sequence

import orjson
from django.db import connection

from books.importing.deciding import Decision, Kind
from books.importing.entries import Entry, Fields
from books.importing.matching import draft_keys
from books.importing.models import ImportDraft, ImportJob, ImportRemark

# A dry run counts every change and describes so many.
MOST_CHANGES_SHOWN = 1_000
_KEPT_TITLE = ImportRemark._meta.get_field("title").max_length
_GIVEN = "jsonb_to_recordset(%s) AS given(book_id bigint, is_new boolean, version int, before jsonb, after jsonb)"
# A book that the job made goes on being its own, in the version that it gave it last.
_KEEP_OWN = f"""
    UPDATE books_importedbook AS kept SET after = kept.after || jsonb_build_object('version', given.version)
    FROM {_GIVEN} WHERE kept.job_id = %s AND kept.book_id = given.book_id AND kept.is_new
"""  # noqa: S608 - nothing comes from outside
# A book that the job changed before keeps what was before the first time, and what is after the last.
_KEEP = f"""
    INSERT INTO books_importedbook AS kept (job_id, book_id, is_new, before, after)
    SELECT %s, book_id, is_new, before, after FROM {_GIVEN}
    ON CONFLICT (job_id, book_id) DO UPDATE
    SET before = excluded.before || kept.before, after = kept.after || excluded.after WHERE NOT kept.is_new
"""  # noqa: S608


def keep_books(job: ImportJob, created: Sequence[Entry], changed: Sequence[Entry]) -> None:
    rows = [_row(entry, True, {}, {"version": entry.version, "copies": entry.copies}) for entry in created]
    rows += [_row(entry, False, entry.before, entry.after) for entry in changed]
    given = orjson.dumps(rows).decode()
    with connection.cursor() as cursor:
        if changed:
            cursor.execute(_KEEP_OWN, [given, job.pk])
        cursor.execute(_KEEP, [job.pk, given])


def _row(entry: Entry, is_new: bool, before: Fields, after: Fields) -> Fields:
    return {"book_id": entry.book_id, "version": entry.version, "is_new": is_new, "before": before, "after": after}


def keep_drafts(job: ImportJob, entries: Sequence[Entry]) -> None:
    """Each as it is by now; the draft of an earlier record gives way."""
    ImportDraft.objects.filter(pk__in=[entry.draft_id for entry in entries if entry.draft_id]).delete()
    ImportDraft.objects.bulk_create(
        ImportDraft(job=job, book_id=entry.book_id, keys=draft_keys(entry), fields=entry.fields) for entry in entries
    )


def keep_remarks(job: ImportJob, decisions: Sequence[Decision]) -> None:
    remarks = [
        ImportRemark(
            job=job, number=decision.read.number, title=_storable(decision.read.title)[:_KEPT_TITLE], kind=kind,
            reason=_storable(reason), original=decision.read.original if kind == Kind.REFUSED else None,
        )
        for decision in decisions
        for kind, reason in decision.said
        if kind != Kind.CHANGE or job.changed_count < MOST_CHANGES_SHOWN
    ]  # fmt: skip
    ImportRemark.objects.bulk_create(remarks)


def _storable(text: str) -> str:
    """Without what PostgreSQL keeps in no text: NUL, and halves of characters that JSON may spell."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
