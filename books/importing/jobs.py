"""Imports as jobs: asked for once, worked on in slices by whoever is free, until they are done or have failed."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypedDict
from uuid import UUID, uuid4

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from books.events import ImportFinished, ImportRequested
from books.importing.importer import BATCH, OPEN, InOtherHands, import_reads, lock_job
from books.importing.indexing import IndexingBehind
from books.importing.models import ImportDraft, ImportJob
from books.importing.sources import Source, UnknownFile, open_source
from library_portal.outbox import record

Status = ImportJob.Status
Progress = Callable[[float], None]
SLICE_SECONDS = 60
_LONGEST_NAME = ImportJob._meta.get_field("file_name").max_length


class Wishes(TypedDict, total=False):
    """How to read the file and what to do with its books; see ImportJob."""

    format: str
    profile: str
    encoding: str
    columns: dict[str, str]
    on_match: str
    copies: int | None
    is_dry_run: bool


@transaction.atomic
def create_job(
    *,
    file_name: str,
    upload: File | None = None,
    started_by_id: int | None = None,
    wishes: Wishes,
    key: UUID | None = None,
    now: datetime,
) -> ImportJob:
    """Keeps what was asked for, once for each `key`. An uploaded file is kept as well, and read by the workers."""
    asked = {"file_name": file_name[:_LONGEST_NAME], "started_by_id": started_by_id, "created_at": now, **wishes}
    job, is_new = ImportJob.objects.get_or_create(key=key or uuid4(), defaults=asked)
    if upload and is_new:
        job.upload.save(f"{job.pk}{Path(file_name).suffix[:10]}", upload)
        record(ImportRequested(job.pk))
    return job


def work_on_import(
    *,
    job_id: int,
    seconds: float,
    now: datetime,
    path: Path | None = None,
    companions: Mapping[str, Path] | None = None,
    progress: Progress = lambda share: None,
) -> bool:
    """Takes the next records of the job for about so long; tells whether there is more to do by the same caller.

    The file is the uploaded one, or else at `path`. A file that can't be read ends the job, which then says why.
    """
    job = ImportJob.objects.filter(pk=job_id, status__in=OPEN).first()
    if job is None:
        return False
    try:
        with _source(job, path, companions) as source, IndexingBehind() as indexing:
            _begin(job, source, now)
            return _work(job, source, indexing, time.monotonic() + seconds, now, progress)
    except InOtherHands:
        return False
    except (UnknownFile, OSError) as error:
        end_job(job_id=job_id, error=str(error), now=now)
        return False


def _source(job: ImportJob, path: Path | None, companions: Mapping[str, Path] | None) -> Source:
    """Raises OSError, UnknownFile."""
    return open_source(
        path or job.upload.open("rb"),
        format=job.format,
        profile=job.profile,
        encoding=job.encoding,
        columns=job.columns,
        companions=companions,
    )


@transaction.atomic
def _begin(job: ImportJob, source: Source, now: datetime) -> None:
    """What the file was understood to be is kept: the next slice reads it in the same way. Raises InOtherHands."""
    if lock_job(job.pk, job.position).status == Status.WAITING:
        begun = {"status": Status.RUNNING, "started_at": now, "worked_at": now}
        ImportJob.objects.filter(pk=job.pk).update(**begun, format=source.format, profile=source.profile)


def _work(
    job: ImportJob, source: Source, indexing: IndexingBehind, until: float, now: datetime, progress: Progress
) -> bool:
    position = job.position
    reads = source.records(skip=position)
    while batch := list(islice(reads, BATCH)):
        for stored in import_reads(job.pk, batch, position=position, share_done=source.share_done, now=now):
            indexing.index(stored)
        position += len(batch)
        progress(source.share_done)
        if time.monotonic() > until:
            return True
    _finish(job.pk, position, now)
    return False


@transaction.atomic
def _finish(job_id: int, position: int, now: datetime) -> None:
    jobs = ImportJob.objects.filter(pk=job_id, status=Status.RUNNING, position=position)
    if not jobs.update(status=Status.DONE, share_done=1, finished_at=now):
        return
    ImportDraft.objects.filter(job=job_id).delete()
    if not ImportJob.objects.get(pk=job_id).is_dry_run:
        record(ImportFinished(job_id))


@transaction.atomic
def end_job(*, job_id: int, error: str, now: datetime) -> None:
    """The job has failed; one that has ended stays as it is. What it brought stays, and can be taken back."""
    ended = ImportJob.objects.filter(pk=job_id, status__in=OPEN)
    if ended.update(status=Status.FAILED, error=error, finished_at=now):
        ImportDraft.objects.filter(job=job_id).delete()


def import_file(
    path: Path,
    *,
    now: datetime,
    companions: Mapping[str, Path] | None = None,
    progress: Progress = lambda share: None,
    **wishes: Any,
) -> ImportJob:
    """The whole file at once in this process, as a job that is kept; when it is broken off, the job has failed.

    `wishes` are those of `Wishes`.
    """
    job = create_job(file_name=path.name, wishes=Wishes(**wishes), now=now)
    try:
        while work_on_import(
            job_id=job.pk,
            seconds=SLICE_SECONDS,
            now=timezone.now(),
            path=path,
            companions=companions,
            progress=progress,
        ):
            pass
    finally:
        end_job(job_id=job.pk, error=_("The import was broken off."), now=timezone.now())
    job.refresh_from_db()
    return job
