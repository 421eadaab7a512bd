"""The catalogue leaves as a file, and comes back from it as it was."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Role
from books.exporting import FORMATS
from books.exporting.reading import BATCH, records
from books.importing.jobs import import_file
from books.models import Author, Authorship, Book, Copy, Genre, Isbn, Publisher
from tests.factories.books import BookFactory, CopyFactory, PublisherFactory
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def everything():
    """The catalogue without numbers and times that an import gives anew."""
    books = Book.objects.filter(withdrawn_at=None).order_by("title", "isbn")
    return [
        {
            **{name: getattr(book, name) for name in PLAIN},
            "publisher": book.publisher and book.publisher.name,
            "authors": [*book.authorships.values_list("author__name", "role").order_by("position")],
            "genres": sorted(genre.name for genre in book.genres.all()),
            "isbns": sorted(isbn.number for isbn in book.isbns.all()),
            "copies": sorted(book.copies.values_list("barcode", "status", "reason")),
        }
        for book in books
    ]


PLAIN = (
    "title", "original_title", "subtitle", "series", "language", "year", "pages", "cover", "cover_url", "isbn",
    "description", "price", "daily_fee", "rating", "ratings_count",
)  # fmt: skip


def empty_the_catalogue():
    for table in (Copy, Authorship, Isbn, Book, Author, Genre, Publisher):
        table.objects.all().delete()


def a_nasty_catalogue():
    BookFactory(
        title='=HYPERLINK("http://x"; "Click")',
        original_title='=HYPERLINK("http://x"; "Click")',
        subtitle="'=already guarded",
        series="+1 series; #2 / : ,",
        author_names=["Author; with a semicolon", "Name [with brackets]", "@handle", "Last, First", "Solo."],
        genre_names=["-minus", "C++; templates", "Ends with a stop.", "日本文学"],
        publisher=PublisherFactory(name="[s.n.]"),
        language="fil",
        year=-750,
        pages=1,
        cover="hard",
        cover_url="https://covers.example/a?b=1&c=%C3%A9",
        isbn="9780596001735",
        further_isbns=["9780439023481", "9780061120084"],
        description='-First line, "quoted" & <tagged>;\n=second line\n\nthird',
        price=Decimal("1234.50"),
        daily_fee=Decimal("0.00"),
        rating=Decimal("4.34"),
        ratings_count=4_780_653,
    )
    roles = ["translator", "author of introduction", "Editor and illustrator", "author", "former owner"]
    book = BookFactory(title="Roles /", author_names=[f"P{number}" for number in range(len(roles))], year=812)
    for authorship, role in zip(book.authorships.order_by("position"), roles, strict=True):
        Authorship.objects.filter(pk=authorship.pk).update(role=role)
    empty = BookFactory(title="Nothing else is known", author_names=["X"])
    empty.authorships.all().delete()
    BookFactory(
        title="[A diary] :", isbn=None, price=Decimal("0.00"), cover="soft", language="mul", year=1815, copies=3
    )
    BookFactory(title="'quoted'", language="zh", series="'", year=1001, publisher=PublisherFactory(name="=1"))
    BookFactory(title="السراج المنير — ١", description="Ünïcödé 😀 line", language="ar")
    lent = BookFactory(title="Lent", isbn="9780141439587")
    CopyFactory(book=lent, barcode="=B-1")
    CopyFactory(book=lent, barcode="LP000017", status="available")


@pytest.fixture(params=sorted(FORMATS))
def format(request):
    return request.param


@pytest.fixture
def export(tmp_path):
    """Writes the catalogue to a file, by the command."""

    def write(format):
        file = tmp_path / "catalogue"
        call_command("export_books", file, format=format, stdout=io.StringIO())
        return file

    return write


def test_a_nasty_catalogue_comes_back_letter_by_letter(export, format, now):
    a_nasty_catalogue()
    before = everything()
    file = export(format)
    empty_the_catalogue()

    job = import_file(file, now=now)

    assert everything() == before
    assert (job.format, job.created_count, list(job.remarks.all())) == (format, len(before), [])


def test_the_sample_library_comes_back_and_goes_out_the_same(export, format, now):
    call_command("load_sample_library", stdout=io.StringIO())
    before, file = everything(), export(format)
    first = file.read_bytes()
    empty_the_catalogue()

    import_file(file, now=now)

    assert everything() == before
    # The numbers of the books are others now.
    if format == "csv":
        assert export(format).read_bytes() == first


def test_importing_an_export_into_the_same_catalogue_changes_nothing(export, format, now):
    a_nasty_catalogue()
    before, file = everything(), export(format)
    empty_the_catalogue()
    import_file(file, now=now)

    job = import_file(file, on_match="overwrite", now=now)

    assert everything() == before
    assert (job.created_count, job.changed_count) == (0, 0)


def test_a_character_that_no_xml_may_hold_spoils_nothing(export, format, now):
    BookFactory(title="Bell", description="ding\x07 dong")
    file = export(format)
    empty_the_catalogue()

    import_file(file, now=now)

    assert Book.objects.get().description == "ding dong"


def test_withdrawn_books_and_copies_that_are_gone_stay_behind(export, format, now):
    book = BookFactory(title="Here", author_names=["Somebody"])
    CopyFactory(book=book, barcode="ON-LOAN", status="on_loan")
    CopyFactory(book=book, barcode="IN-REPAIR", status="unavailable", reason="in_repair")
    CopyFactory(book=book, barcode="LOST", status="unavailable", reason="lost")
    CopyFactory(book=book, barcode="WITHDRAWN", status="unavailable", reason="withdrawn")
    BookFactory(title="Withdrawn", withdrawn_at=now)

    assert [(record.title, record.barcodes) for _pk, record in records()] == [("Here", ("ON-LOAN", "IN-REPAIR"))]


def test_no_cell_is_a_formula(export):
    a_nasty_catalogue()

    with export("csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "@", "-", "\t")] == ["-750"]
    assert '\'=HYPERLINK("http://x"; "Click")' in cells


def test_books_are_read_in_batches_and_written_one_by_one(format, django_assert_max_num_queries):
    Book.objects.bulk_create(Book(title=f"Title {number}") for number in range(BATCH + 1))

    with django_assert_max_num_queries(3 + 2 * 5):
        parts = list(FORMATS[format](records()))

    assert len(parts) == BATCH + 2


def test_a_file_that_breaks_off_does_not_take_the_place_of_another(export, monkeypatch, tmp_path):
    BookFactory(title="Whole")
    file = export("csv")
    whole = file.read_bytes()

    with pytest.raises(CommandError, match="No such file"):
        call_command("export_books", tmp_path / "missing" / "catalogue.csv", stdout=io.StringIO())

    assert file.read_bytes() == whole


class TestAdmin:
    def answer(self, role, format):
        return self.browser(role).get(f"/admin/books/book/export/{format}/")

    def browser(self, role):
        browser = Client()
        browser.force_login(person(role))
        return browser

    def test_a_librarian_gets_the_file_while_it_is_read(self, format, export):
        BookFactory(title="Emma", isbn="9780141439587", author_names=["Jane Austen"])

        answer = self.answer(Role.LIBRARIAN, format)

        name = {"csv": "catalogue.csv", "marcxml": "catalogue.xml"}[format]
        assert (answer.status_code, answer.streaming) == (200, True)
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert b"".join(answer.streaming_content) == export(format).read_bytes()

    @pytest.mark.parametrize("role", [Role.CUSTOMER, Role.AUTHOR])
    def test_patrons_get_nothing(self, role, format):
        assert self.answer(role, format).status_code == 302

    def test_the_list_of_books_offers_it(self):
        page = self.browser(Role.LIBRARIAN).get("/admin/books/book/").content.decode()

        assert all(f"/admin/books/book/export/{format}/" in page for format in FORMATS)
