"""`kill -9` in the middle of an import: whoever goes on leaves nothing out and does nothing twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from books.importing.jobs import create_job, work_on_import
from books.importing.models import ImportedBook, ImportJob
from books.models import Book, Copy, Isbn
from books.search.models import BookSearchEntry
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import Delivery, OutboxEvent
from tests.books.importing.catalogue_files import library_file
from tests.faults.processes import PROJECT, environment
from tests.waiting import until

RECORDS = 3_030
WORK = """
import django; django.setup()
from django.utils import timezone
from books.importing.jobs import work_on_import
while work_on_import(job_id=%d, seconds=0, now=timezone.now()): pass
"""


def all_titles() -> list[str]:
    """Now and then one is missing, and its record refused."""
    return ["" if number % 101 == 100 else f"Book {number}" for number in range(RECORDS)]


@pytest.fixture
def job(transactional_db: None, settings, tmp_path: Path) -> ImportJob:
    settings.MEDIA_ROOT = tmp_path / "media"
    rows = [{"title": "" if number % 101 == 100 else f"Book {number}", "copies": "1"} for number in range(RECORDS)]
    content = library_file(tmp_path, *rows).read_bytes()
    return create_job(
        file_name="books.csv", upload=SimpleUploadedFile("books.csv", content), wishes={}, now=timezone.now()
    )


@contextmanager
def worker(job: ImportJob, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    env = environment(broker_url=os.environ["BROKER_URL"], var_dir=tmp_path)
    env |= {"MEDIA_ROOT": str(tmp_path / "media"), "DJANGO_SETTINGS_MODULE": "library_portal.settings"}
    with (tmp_path / "worker.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-c", WORK % job.pk], cwd=PROJECT, env=env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_killed_import_goes_on_where_it_was(job: ImportJob, tmp_path: Path) -> None:
    with worker(job, tmp_path) as process:
        until(lambda: Book.objects.exists(), otherwise=(tmp_path / "worker.log").read_text)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it had ended by itself"
    job.refresh_from_db()
    assert 0 < job.position < RECORDS
    assert Book.objects.count() == job.created_count

    deliver_pending()  # the event that began it was never said to be done

    job.refresh_from_db()
    titles = list(filter(None, all_titles()))
    assert (job.status, job.position, job.created_count, job.known_count) == ("done", RECORDS, len(titles), 0)
    assert list(Book.objects.order_by("pk").values_list("title", flat=True)) == titles
    assert (Copy.objects.count(), job.copies_count) == (len(titles), len(titles))
    assert job.remarks.count() == job.refused_count == RECORDS - len(titles)
    assert ImportedBook.objects.filter(job=job, is_new=True).count() == len(titles)
    assert OutboxEvent.objects.filter(name="book.created").count() == len(titles)


def test_what_was_stored_but_not_indexed_when_it_was_killed_is_indexed_by_the_event(
    job: ImportJob, tmp_path: Path
) -> None:
    work_on_import(job_id=job.pk, seconds=0, now=timezone.now())
    BookSearchEntry.objects.all().delete()
    Delivery.objects.filter(event__name="import.books_written").update(
        status="waiting", done_at=None, send_after=timezone.now()
    )

    deliver_pending()

    assert BookSearchEntry.objects.count() == Book.objects.count()
    assert not Isbn.objects.exists()
