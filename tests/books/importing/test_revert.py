"""An import is taken back as a whole, or not at all."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from books.importing.jobs import create_job
from books.importing.models import ImportedBook
from books.importing.reverting import CannotRevert, ImportNotFound, revert_import
from books.models import Book, Copy, Isbn
from books.search.models import BookSearchEntry
from books.services import add_copy, update_book
from library_portal.audit.models import AuditEntry
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from reservations.models import Reservation
from tests.books.importing.test_matching import BEFORE, FULL, HARD, saved, told
from tests.factories.books import BookFactory, CopyFactory

pytestmark = pytest.mark.django_db


def everything():
    tables = [table.objects.order_by("pk") for table in (Book, Copy, Isbn, ImportedBook, OutboxEvent, AuditEntry)]
    return [list(rows.values()) for rows in tables]


def test_what_it_made_is_deleted_and_what_it_changed_is_as_before(run, now):
    book = saved(now, title="By Hand", pages=222, isbn=HARD, author_names=["Other Writer"], year=2001)
    job = run(FULL, {"title": "New", "isbn": "9780575048003", "copies": "2"}, on_match="overwrite")
    deliver_pending()
    assert BookSearchEntry.objects.filter(document__isnull=False).count() == 2
    OutboxEvent.objects.all().delete()

    reverted = revert_import(job_id=job.pk, now=now)

    assert reverted.status == "reverted"
    assert (told(book), Copy.objects.count()) == ({**BEFORE, "version": 3}, 0)
    assert sorted(OutboxEvent.objects.values_list("name", flat=True)) == [
        "book.deleted", "book.updated", "import.books_written", "import.books_written", "import.reverted",
    ]  # fmt: skip
    deliver_pending()
    shown = BookSearchEntry.objects.filter(document__isnull=False)
    assert [entry.document["title"] for entry in shown] == ["By Hand"]
    entry = AuditEntry.objects.get(action="import_reverted")
    assert entry.details == {"id": job.pk, "file": "books.csv", "deleted": 1, "restored": 1}


def test_once_taken_back_it_stays_so(run, now):
    job = run({"title": "One"})
    revert_import(job_id=job.pk, now=now)
    before = everything()

    assert revert_import(job_id=job.pk, now=now).status == "reverted"

    assert everything() == before


def test_the_same_file_can_be_imported_again(run, now):
    revert_import(job_id=run({"title": "One", "isbn": HARD}).pk, now=now)

    assert run({"title": "One", "isbn": HARD}).created_count == 1


def lend(book):
    Book.objects.filter(pk=book.pk).update(loans_count=1)


def wait(book):
    Book.objects.filter(pk=book.pk).update(waiting_count=1)


def hold(book):
    CopyFactory(book=book, status="held")


def reserve_once(book):
    reader = User.objects.create(username="reader")
    Reservation.objects.create(user=reader, book=book, days=7, status="cancelled", closed_at=book.created_at)


def edit(book):
    update_book(book_id=book.pk, changes={"subtitle": "A librarian's"}, now=book.created_at)


def give_a_copy(book):
    add_copy(book_id=book.pk)


@pytest.mark.parametrize(
    ("happened", "why"),
    [
        (lend, "Books of this import were lent or reserved: Two."),
        (wait, "Books of this import were lent or reserved: Two."),
        (hold, "Books of this import were lent or reserved: Two."),
        (reserve_once, "Books of this import have a history: Two."),
        (edit, "Books of this import were edited since: Two."),
        (give_a_copy, "Books of this import were edited since: Two."),
    ],
)
def test_nothing_is_taken_back_once_one_of_its_books_was_asked_for_or_edited(run, now, happened, why):
    known = saved(now, title="Known", isbn=HARD)
    job = run({"title": "One"}, {"title": "Two"}, {"title": "Known", "isbn": HARD, "pages": "5"}, on_match="fill")
    happened(Book.objects.get(title="Two"))
    before = everything()

    with pytest.raises(CannotRevert, match=why) as refused:
        revert_import(job_id=job.pk, now=now)

    assert (refused.value.status, everything()) == (409, before)
    assert Book.objects.get(pk=known.pk).pages == 5


def test_many_books_are_not_all_named(run, now):
    job = run(*({"title": f"Book {number}"} for number in range(7)))
    Book.objects.update(loans_count=1)

    with pytest.raises(CannotRevert, match=r"Book 0; Book 1; Book 2; Book 3; Book 4; …\."):
        revert_import(job_id=job.pk, now=now)


def test_later_changes_of_a_changed_book_stay(run, now):
    book = saved(now, title="Known", isbn=HARD)
    job = run({"title": "Known", "isbn": HARD, "pages": "5", "subtitle": "From the file"}, on_match="fill")
    update_book(book_id=book.pk, changes={"subtitle": "A librarian's"}, now=now)

    revert_import(job_id=job.pk, now=now)

    assert Book.objects.values_list("pages", "subtitle").get() == (None, "A librarian's")


def test_a_book_that_two_records_made_and_changed_is_still_the_imports_own(run, now, monkeypatch):
    monkeypatch.setattr("books.importing.jobs.BATCH", 1)
    known = saved(now, title="Known", isbn=HARD)
    rows = [{"title": "One", "pages": "1"}, {"title": "One", "pages": "2"}]
    rows += [{"title": "Known", "isbn": HARD, "pages": pages} for pages in ("3", "4")]
    job = run(*rows, on_match="overwrite")

    revert_import(job_id=job.pk, now=now)

    assert list(Book.objects.values_list("pk", "title", "pages")) == [(known.pk, "Known", None)]


def test_what_a_librarian_deleted_since_is_no_obstacle(run, now):
    job = run({"title": "One"}, {"title": "Two"})
    Book.objects.filter(title="One").delete()

    revert_import(job_id=job.pk, now=now)

    assert not Book.objects.exists()


def test_a_running_import_and_a_dry_run_cannot_be_taken_back(run, now):
    waiting = create_job(file_name="x.csv", wishes={}, now=now)
    dry = run({"title": "One"}, is_dry_run=True)

    with pytest.raises(CannotRevert, match="still running"):
        revert_import(job_id=waiting.pk, now=now)
    with pytest.raises(CannotRevert, match="dry run"):
        revert_import(job_id=dry.pk, now=now)
    with pytest.raises(ImportNotFound):
        revert_import(job_id=0, now=now)


def test_the_command_says_what_it_did_or_why_not(run, capsys):
    job = run({"title": "One"})

    call_command("revert_import", job.pk)

    assert capsys.readouterr().out == f"Import {job.pk} is taken back: 1 books deleted, 0 as before\n"
    with pytest.raises(CommandError, match="There is no such import"):
        call_command("revert_import", 0)


def test_it_asks_the_same_few_questions_for_many_books(run, now, django_assert_max_num_queries):
    BookFactory()
    job = run(*({"title": f"Book {number}"} for number in range(50)))

    with django_assert_max_num_queries(60):
        revert_import(job_id=job.pk, now=now)
