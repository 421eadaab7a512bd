"""Imports as jobs: in slices, by one worker at a time, to an end that says what became of every record."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from books.importing import jobs
from books.importing.clearing import delete_old_files, give_up_stuck_jobs
from books.importing.importer import InOtherHands, import_reads
from books.importing.jobs import create_job, import_file, work_on_import
from books.importing.models import ImportDraft, ImportedBook, ImportJob
from books.importing.record import Record
from books.importing.sources import Read
from books.models import Book, Copy, Genre
from books.search.models import BookSearchEntry
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import Delivery, OutboxEvent
from tests.books.importing.catalogue_files import library_file
from tests.books.importing.conftest import counts, remarks
from tests.factories.books import BookFactory, CopyFactory

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = "9780439023481", "9780061120084", "9780575048003"


@pytest.fixture
def small_batches(monkeypatch):
    """Two records a batch, so that a few records are several batches."""
    monkeypatch.setattr(jobs, "BATCH", 2)


@pytest.fixture
def uploaded(tmp_path, settings, now):
    settings.MEDIA_ROOT = tmp_path / "media"

    def uploaded(*rows, **wishes):
        upload = SimpleUploadedFile("books.csv", library_file(tmp_path, *rows).read_bytes())
        return create_job(file_name="books.csv", upload=upload, wishes=wishes, now=now)

    return uploaded


def fresh(job):
    return ImportJob.objects.get(pk=job.pk)


def test_an_uploaded_file_is_read_in_slices_by_the_workers(uploaded, small_batches, settings):
    settings.IMPORT_SLICE_SECONDS = 0
    job = uploaded(*({"title": f"Book {number}"} for number in range(5)))
    assert (job.status, list(OutboxEvent.objects.values_list("name", flat=True))) == ("waiting", ["import.requested"])

    deliver_pending()

    done = fresh(job)
    assert (done.status, done.position, done.share_done, counts(done)) == ("done", 5, 1, {"created": 5})
    assert (done.format, done.profile, done.error) == ("csv", "library", "")
    assert OutboxEvent.objects.filter(name="import.continued").count() == 3
    assert OutboxEvent.objects.filter(name="import.finished", payload={"job_id": job.pk}).count() == 1


def test_each_slice_says_how_far_it_came(uploaded, small_batches, now):
    job = uploaded(*({"title": f"Book {number}"} for number in range(5)))

    assert work_on_import(job_id=job.pk, seconds=0, now=now) is True

    begun = fresh(job)
    assert (begun.status, begun.position, counts(begun)) == ("running", 2, {"created": 2})
    assert 0 < begun.share_done <= 1
    assert begun.worked_at == now


def test_an_event_that_arrives_again_repeats_nothing(uploaded):
    job = uploaded({"title": "One"})
    deliver_pending()
    Delivery.objects.filter(event__name="import.requested").update(status="waiting", done_at=None)

    deliver_pending()

    assert (Book.objects.count(), counts(fresh(job))) == (1, {"created": 1})


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_work_on_one_job_at_once(uploaded, now):
    job = uploaded({"title": "One"})
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT FROM books_importjob WHERE id = %s FOR NO KEY UPDATE", [job.pk])
        assert work_on_import(job_id=job.pk, seconds=60, now=now) is False
        assert not Book.objects.exists()
    finally:
        other.rollback()
        other.close()

    work_on_import(job_id=job.pk, seconds=60, now=now)

    assert counts(fresh(job)) == {"created": 1}


def test_records_that_another_worker_has_dealt_with_are_left_to_it(uploaded, now):
    job = uploaded({"title": "One"})

    with pytest.raises(InOtherHands):
        import_reads(job.pk, [], position=1, share_done=1, now=now)


@pytest.mark.parametrize(("content", "why"), [(b"", "empty"), (b"name,colour\nEmma,red\n", "No import profile fits")])
def test_a_file_that_cannot_be_read_ends_the_job_which_says_why(uploaded, tmp_path, now, content, why):
    job = create_job(file_name="x.csv", upload=SimpleUploadedFile("x.csv", content), wishes={}, now=now)

    deliver_pending()

    failed = fresh(job)
    assert (failed.status, why in failed.error, failed.finished_at is not None) == ("failed", True, True)


def test_a_file_that_is_gone_ends_the_job(uploaded):
    job = uploaded({"title": "One"})
    Path(job.upload.path).unlink()

    deliver_pending()

    assert fresh(job).status == "failed"


def test_an_import_that_is_broken_off_has_failed_and_keeps_what_it_brought(tmp_path, now, small_batches):
    file = library_file(tmp_path, *({"title": f"Book {number}"} for number in range(5)))

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(file, now=now, progress=stop)

    job = ImportJob.objects.get()
    assert (job.status, job.error, counts(job)) == ("failed", "The import was broken off.", {"created": 2})


def test_a_job_that_nobody_works_on_is_given_up(uploaded, now, settings):
    stuck, alive, waiting = (uploaded({"title": "One"}) for _ in range(3))
    later = now + timedelta(hours=settings.IMPORT_GIVEN_UP_HOURS, minutes=1)
    ImportJob.objects.filter(pk=stuck.pk).update(status="running", worked_at=now)
    ImportJob.objects.filter(pk=alive.pk).update(status="running", worked_at=later)

    assert give_up_stuck_jobs(now=later) == 1

    assert [fresh(job).status for job in (stuck, alive, waiting)] == ["failed", "running", "waiting"]
    assert fresh(stuck).error == "The import stopped, and nobody went on with it."


def test_an_uploaded_file_is_deleted_when_its_import_is_long_over(uploaded, settings):
    old, new = uploaded({"title": "One"}), uploaded({"title": "Two"})
    deliver_pending()
    later = timezone.now() + timedelta(days=settings.IMPORT_FILES_DAYS, minutes=1)
    ImportJob.objects.filter(pk=new.pk).update(finished_at=later)

    assert (delete_old_files(now=later), delete_old_files(now=later)) == (1, 0)

    assert (Path(old.upload.path).exists(), Path(new.upload.path).exists()) == (False, True)
    assert (fresh(old).upload.name, counts(fresh(old))) == ("", {"created": 1})


def test_the_records_that_the_database_refuses_are_found_one_by_one(run):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE books_book ADD CONSTRAINT forbidden CHECK (title <> 'Forbidden')")

    job = run(*({"title": "Forbidden" if number in (3, 7) else f"Book {number}"} for number in range(9)))

    assert (counts(job), job.position) == ({"created": 7, "refused": 2}, 9)
    assert [number for number, _kind, _reason in remarks(job)] == [5, 9]
    assert all("The database refused it" in reason for _number, _kind, reason in remarks(job))


class TestDryRun:
    """The same rows with every choice: some known, some new, some of them twice, one refused by the database."""

    ROWS = (
        {"title": "There", "isbn": FIRST, "pages": "10", "genres": "Novel"},
        {"title": "New", "isbn": f"{SECOND}; {THIRD}", "copies": "2"},
        {"title": ""},
        {"title": "There", "isbn": FIRST, "subtitle": "From a later row"},
        {"title": "New", "isbn": THIRD, "pages": "99"},
        {"title": "Forbidden"},
        {"title": "Other", "authors": "Somebody"},
        {"title": "Other", "authors": "SOMEBODY", "year": "", "pages": "7"},
        {"title": "Both", "isbn": f"{FIRST}; {SECOND}"},
    )

    def everything(self):
        tables = [table.objects.order_by("pk") for table in (Book, Copy, Genre, BookSearchEntry, ImportedBook)]
        return [list(rows.values()) for rows in tables]

    @pytest.mark.parametrize("on_match", ["skip", "fill", "overwrite"])
    def test_it_counts_what_the_import_then_does(self, run, small_batches, on_match):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE books_book ADD CONSTRAINT forbidden CHECK (title <> 'Forbidden')")
        BookFactory(title="There", isbn=FIRST)
        before = self.everything()

        dry = run(*self.ROWS, on_match=on_match, is_dry_run=True)

        assert self.everything() == before
        assert (dry.status, ImportDraft.objects.count(), OutboxEvent.objects.count()) == ("done", 0, 0)
        real = run(*self.ROWS, on_match=on_match)
        assert (counts(dry), dry.copies_count) == (counts(real), real.copies_count)
        changes = [remark for remark in remarks(dry) if remark[1] == "change"]
        others = [remark for remark in remarks(dry) if remark[1] != "change"]
        assert len(changes) == dry.changed_count == {"skip": 0, "fill": 4, "overwrite": 4}[on_match]
        assert [number for number, *_ in others] == [number for number, *_ in remarks(real)]

    def test_it_says_which_fields_of_which_book_would_change(self, run):
        book = BookFactory(title="There", isbn=FIRST, pages=222, author_names=["A Writer"])

        job = run({"title": "There!", "isbn": FIRST, "pages": "10", "authors": "B Writer"},
                  on_match="overwrite", is_dry_run=True)  # fmt: skip

        assert remarks(job) == [
            (2, "change", f"There (#{book.pk}): title: There → There!; pages: 222 → 10; authors: A Writer → B Writer")
        ]


def test_a_barcode_that_is_taken_costs_one_copy_and_not_the_book(now, tmp_path):
    CopyFactory(barcode="TAKEN", book__title="Other")
    job = create_job(file_name="x.mrc", wishes={}, now=now)
    records = [Record(title="One", barcodes=("TAKEN", "FREE")), Record(title="Two", barcodes=("FREE",), copies=2)]

    import_reads(job.pk, [Read(place, "x", record) for place, record in enumerate(records, 1)],
                 position=0, share_done=1, now=now)  # fmt: skip

    assert list(Copy.objects.filter(book__title="One").values_list("barcode", flat=True)) == ["FREE"]
    assert [barcode[:2] for barcode in Copy.objects.filter(book__title="Two").values_list("barcode", flat=True)] == [
        "LP"
    ]
    assert remarks(fresh(job)) == [
        (1, "mended", "Another copy has the barcode TAKEN: that copy was left out."),
        (2, "mended", "Another copy has the barcode FREE: that copy was left out."),
    ]


def test_of_what_was_mended_in_a_record_as_much_is_kept_as_anybody_reads(run):
    job = run({"title": "One", "isbn": "; ".join(f"no {number}" for number in range(60))})

    reasons = [reason for _number, _kind, reason in remarks(job)]

    assert (len(reasons), reasons[-1]) == (51, "10 more things were mended or left out.")
