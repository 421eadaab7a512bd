"""The admin's pages for imports: sent in, mapped, followed, read, done for real, taken back; by those who may."""

import csv
import uuid
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from books.importing.jobs import work_on_import
from books.importing.models import ImportJob, ImportRemark
from books.models import Book
from library_portal.outbox.models import OutboxEvent
from tests.factories.people import person

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/books/importjob/", "/admin/books/importjob/add/"
OURS = b"title,authors,copies\nEmma,Jane Austen,2\n,Nobody,1\nPersuasion,Jane Austen,\n"
THEIRS = "Titel;Verfasser;Regal\nÜberall;Lee, Ann;7\n".encode("cp1252")


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def client_of(role):
    client = Client()
    client.force_login(person(role))
    return client


@pytest.fixture
def desk():
    return client_of(Role.LIBRARIAN)


def send(client, content=OURS, name="books.csv", **options):
    form = {"on_match": "skip", "key": str(uuid.uuid4()), **options}
    return client.post(ADD, {**form, "file": SimpleUploadedFile(name, content)})


def page_of(job, end="change/"):
    return f"{LIST}{job.pk}/{end}"


def worked_on(**fields):
    job = ImportJob.objects.get(**fields)
    while work_on_import(job_id=job.pk, seconds=60, now=timezone.now()):
        pass
    job.refresh_from_db()
    return job


def held_files():
    folders = default_storage.listdir("imports")[0] if default_storage.exists("imports") else []
    people = default_storage.listdir("imports/held")[0] if "held" in folders else []
    return [name for one in people for name in default_storage.listdir(f"imports/held/{one}")[1]]


def messages(response):
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(("role", "status"), [(Role.LIBRARIAN, 200), (Role.ADMIN, 200), (Role.CUSTOMER, 302)])
def test_librarians_and_admins_find_the_import_beside_the_books(role, status):
    client = client_of(role)

    assert client.get(ADD).status_code == status
    assert (ADD in client.get("/admin/books/book/").content.decode()) is (status == 200)


def test_a_file_becomes_a_job_for_the_workers(desk):
    response = send(desk, copies="3", on_match="fill", is_dry_run="on")

    job = ImportJob.objects.get()
    assert response.url == page_of(job)
    assert (job.file_name, job.on_match, job.copies, job.is_dry_run, job.status) == (
        "books.csv",
        "fill",
        3,
        True,
        "waiting",
    )
    assert job.started_by_id == int(desk.session["_auth_user_id"])
    assert Path(job.upload.path).read_bytes() == OURS
    assert list(OutboxEvent.objects.values_list("name", "payload")) == [("import.requested", {"job_id": job.pk})]
    assert held_files() == []


def test_a_form_sent_twice_is_one_job(desk):
    key = str(uuid.uuid4())

    first, second = send(desk, key=key), send(desk, key=key)

    assert first.url == second.url == page_of(ImportJob.objects.get())
    assert OutboxEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"", {}, "The submitted file is empty."),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {}, "This is no catalogue."),
        (b"\x89PNG\r\n\x1a\n\0\0", {}, "This is no catalogue."),
        (b"tag_id,tag_name\n1,x\n", {}, "This file has the tags of goodbooks-10k, and no books."),
        (OURS, {"copies": "1001"}, "less than or equal to 1000"),
        (OURS, {"on_match": "burn"}, "Select a valid choice"),
        (OURS, {"key": "x"}, "Enter a valid UUID"),
        (OURS, {"encoding": "klingon"}, "Select a valid choice"),
    ],
)
def test_what_can_not_be_imported_is_told_at_its_field(desk, content, options, said):
    response = send(desk, content, **options)

    errors = " ".join(error for field in response.context["form"].errors.values() for error in field)
    assert (response.status_code, said in errors, ImportJob.objects.count()) == (200, True, 0)
    assert held_files() == []


def test_a_file_that_is_too_large_is_refused(desk, settings):
    settings.IMPORT_MAX_BYTES = 10

    assert "The file is larger than 10" in str(send(desk).context["form"].errors["file"])


def mapping_form(response):
    form = response.context["columns"].form
    return {name: form[name].value() or "" for name in form.fields}


def test_an_unknown_header_is_asked_about_with_its_rows_and_a_proposal(desk):
    response = send(desk, THEIRS, encoding="cp1252", copies="2")

    columns = response.context["columns"]
    assert (columns.header, columns.rows) == (["titel", "verfasser", "regal"], [["Überall", "Lee, Ann", "7"]])
    proposed = {name: value for name, value in mapping_form(response).items() if name.startswith("column_") and value}
    assert proposed == {"column_title": "titel", "column_authors": "verfasser"}
    assert ImportJob.objects.count() == 0


def test_the_answer_makes_the_job_and_only_once(desk):
    form = mapping_form(send(desk, THEIRS, encoding="cp1252", copies="2"))

    urls = {desk.post(ADD, form | {"column_barcodes": "regal"}).url for _ in range(2)}

    job = ImportJob.objects.get()
    assert urls == {page_of(job)}
    assert job.columns == {"title": "titel", "authors": "verfasser", "barcodes": "regal"}
    assert (job.file_name, job.encoding, job.copies, held_files()) == ("books.csv", "cp1252", 2, [])
    worked_on()
    assert Book.objects.get().title == "Überall"


def test_a_title_has_to_be_named(desk):
    form = mapping_form(send(desk, THEIRS, encoding="cp1252"))

    response = desk.post(ADD, form | {"column_title": ""})

    assert list(response.context["columns"].form.errors) == ["column_title"]
    assert len(held_files()) == 1


def test_one_file_is_held_for_a_person_and_nobody_else_may_take_it(desk):
    form = mapping_form(send(desk, THEIRS, encoding="cp1252"))

    elsewhere = client_of(Role.LIBRARIAN).post(ADD, form, follow=True)
    send(desk, THEIRS, encoding="cp1252")
    late = desk.post(ADD, form, follow=True)

    gone = ["The file is not here any more. Please choose it again."]
    assert (messages(elsewhere), messages(late), len(held_files())) == (gone, gone, 1)


@pytest.mark.parametrize("form", [{"file_name": "x"}, {"file_name": "x", "key": "../../secret"}])
def test_a_made_up_answer_leads_back_to_the_upload(desk, form):
    assert desk.post(ADD, form).url == ADD


def test_the_page_of_a_job_tells_what_became_of_it(desk):
    send(desk)
    waiting = desk.get(page_of(ImportJob.objects.get())).content.decode()
    job = worked_on()

    page = desk.get(page_of(job))

    assert "<progress" in waiting
    assert 'http-equiv="refresh"' in waiting
    shown = page.context["shown"]
    assert ([count for _label, count in shown.counts], shown.is_open) == ([3, 2, 0, 0, 1, 0, 2], False)
    assert [(remark.number, remark.reason) for remark in page.context["remarks"]] == [(3, "The row has no title.")]
    assert "<progress" not in page.content.decode()


def test_the_moving_part_asks_for_the_whole_page_when_the_work_is_done(desk):
    send(desk)
    before = desk.get(page_of(ImportJob.objects.get(), "progress/"))
    after = desk.get(page_of(worked_on(), "progress/"))

    assert ("HX-Refresh" in before, "hx-trigger" in before.content.decode()) == (False, True)
    assert (after["HX-Refresh"], "hx-trigger" in after.content.decode()) == ("true", False)


def test_remarks_are_shown_by_kind_and_page_in_a_few_queries(desk, django_assert_max_num_queries):
    job = ImportJob.objects.create(file_name="x.csv", format="csv", status="done")
    kinds = ["refused"] * 120 + ["mended"] * 3
    ImportRemark.objects.bulk_create(
        ImportRemark(job=job, number=number, kind=kind, reason=f"{kind} {number}") for number, kind in enumerate(kinds)
    )

    with django_assert_max_num_queries(12):
        first = desk.get(page_of(job))
    third = desk.get(page_of(job) + "?kind=refused&page=3")
    mended = desk.get(page_of(job) + "?kind=mended&page=nonsense")

    assert [(kind.value, kind.count) for kind in first.context["kinds"]] == [("refused", 120), ("mended", 3)]
    assert [len(page.context["remarks"]) for page in (first, third, mended)] == [50, 20, 3]


def test_remarks_and_refused_records_are_files(desk):
    send(desk)
    job = worked_on()

    remarks = b"".join(desk.get(page_of(job, "remarks.csv")).streaming_content).decode()
    refused = desk.get(page_of(job, "refused/"))

    assert list(csv.reader(StringIO(remarks)))[1:] == [["3", "", "refused", "The row has no title."]]
    assert b"".join(refused.streaming_content) == b"title,authors,copies\n,Nobody,1\n"
    assert refused["Content-Disposition"] == f'attachment; filename="import-{job.pk}-refused-books.csv"'


def test_a_dry_run_is_done_for_real_once(desk):
    send(desk, is_dry_run="on", copies="1")
    dry = worked_on()
    assert Book.objects.count() == 0

    urls = {desk.post(page_of(dry, "for-real/")).url for _ in range(2)}

    real = worked_on(is_dry_run=False)
    assert urls == {page_of(real)}
    assert (real.file_name, real.profile, real.copies, real.created_count) == ("books.csv", "library", 1, 2)
    again = desk.post(page_of(real, "for-real/"), follow=True)
    assert messages(again) == ["Only a dry run whose file is still here can be done for real."]


def test_a_file_without_a_record_is_told_so(desk):
    send(desk, content=OURS.splitlines(keepends=True)[0])
    assert "There is no record in this file." in desk.get(page_of(worked_on())).content.decode()


def test_an_import_is_asked_about_and_taken_back(desk):
    send(desk)
    job = worked_on()
    asked = desk.get(page_of(job, "revert/"))
    assert ("that this import made (2) are deleted" in asked.content.decode(), Book.objects.count()) == (True, 2)

    done = desk.post(page_of(job, "revert/"), follow=True)
    again = desk.post(page_of(job, "revert/"), follow=True)

    job.refresh_from_db()
    assert (messages(done), messages(again)) == (["The import was taken back."],) * 2
    assert (job.status, Book.objects.count()) == ("reverted", 0)


def test_what_was_lent_meanwhile_is_not_taken_back(desk):
    send(desk)
    job = worked_on()
    Book.objects.filter(title="Emma").update(loans_count=1)

    response = desk.post(page_of(job, "revert/"), follow=True)

    assert "Emma" in messages(response)[0]
    assert Book.objects.count() == 2


def test_the_list_of_imports_takes_a_few_queries(desk, django_assert_max_num_queries):
    ImportJob.objects.bulk_create(ImportJob(file_name=f"{number}.csv", format="csv") for number in range(60))

    with django_assert_max_num_queries(12):
        page = desk.get(LIST)

    assert len(page.context["cl"].result_list) == 50


@pytest.mark.parametrize("role", [None, Role.CUSTOMER, Role.LIBRARIAN])
@pytest.mark.parametrize("address", [ADD, "/login/"])
def test_only_staff_send_large_files(role, address, settings):
    """Whoever may not is refused before the file is read, and so is a file that is larger than any import."""
    client = client_of(role) if role else Client()
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.IMPORT_MAX_BYTES = 1_000, 50_000

    def answer(size):
        key, file = str(uuid.uuid4()), SimpleUploadedFile("books.csv", b"x" * size)
        return client.post(address, {"key": key, "file": file})

    assert (answer(10_000).status_code == 400) is (role != Role.LIBRARIAN)
    assert answer(100_000).status_code == 400


def test_no_spreadsheet_runs_the_title_of_a_refused_record(desk):
    send(desk, b'title,authors,year,isbn\n"=HYPERLINK(""http://x"")",Somebody,1999,1234567890\n')
    job = worked_on()

    remarks = b"".join(desk.get(page_of(job, "remarks.csv")).streaming_content).decode()

    assert [row[1] for row in csv.reader(StringIO(remarks))] == ["title", '\'=HYPERLINK("http://x")']
