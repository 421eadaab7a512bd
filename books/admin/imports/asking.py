"""From a file to a job: the upload, and the question which column is which; and back to a file of what was refused."""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from books.admin.imports import holding
from books.admin.imports.forms import ColumnsForm
from books.importing.jobs import Wishes, create_job
from books.importing.models import ImportJob
from books.importing.reporting import refused_records
from books.importing.sources import Around, UnknownFile, open_source
from books.importing.sources.csv_source import first_rows
from books.importing.sources.profiles import proposed_columns

ROWS_SHOWN = 5


class FileGone(UnknownFile):
    title = _("The file is not here any more. Please choose it again.")


class Columns(NamedTuple):
    """What the page shows of a file whose columns nobody knows."""

    header: list[str]
    rows: list[list[str]]
    form: ColumnsForm


def check(key: UUID, user_id: int, wishes: Wishes) -> None:
    """Raises UnknownFile, of which UnknownHeader can be answered."""
    with open_source(_file(key, user_id), encoding=wishes["encoding"], columns=wishes.get("columns")):
        pass


def columns_of(key: UUID, user_id: int, options: dict[str, object], answer: object = None) -> Columns:
    """Raises UnknownFile."""
    with _file(key, user_id) as file:
        header, rows = first_rows(file, encoding=str(options.get("encoding") or ""), count=ROWS_SHOWN)
    form = ColumnsForm(answer, initial=options, header=header, proposed=proposed_columns(header))
    return Columns(header, rows, form)


def _file(key: UUID, user_id: int) -> File:
    """Raises FileGone."""
    file = holding.held(user_id=user_id, key=key)
    if file is None:
        raise FileGone
    return file


def job_of(key: UUID, user_id: int, file_name: str, wishes: Wishes) -> ImportJob:
    with _file(key, user_id) as file:
        job = create_job(
            file_name=file_name,
            upload=File(file),
            started_by_id=user_id,
            wishes=wishes,
            key=key,
            now=timezone.now(),
        )
    holding.let_go(user_id=user_id)
    return job


def refused_file(job: ImportJob) -> Iterator[bytes]:
    """With the header, or whatever makes a file of records; without it where the uploaded file is gone."""
    around = Around()
    if job.upload and job.upload.storage.exists(job.upload.name):
        with open_source(
            job.upload.open("rb"), format=job.format, profile=job.profile, encoding=job.encoding, columns=job.columns
        ) as source:
            around = source.around
    return refused_records(job, around)
