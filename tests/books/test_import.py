"""Catalogue files become books, whatever their dirt."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from books.importing.entries import PLAIN
from books.importing.indexing import index_imported_books
from books.importing.jobs import import_file
from books.models import Author, Book, Copy
from books.search.models import BookSearchEntry
from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.outbox.registry import handler_name
from tests.books.importing.conftest import counts, remarks

pytestmark = pytest.mark.django_db

NOT_UTF8 = "The row is not written in UTF-8. Name the file's encoding, such as cp1252, and import it again."
NO_PHOTO = "https://s.gr-assets.com/assets/nophoto/book/111x148-bcc.png"


def reasons(job):
    return list(job.remarks.values_list("reason", flat=True))


def test_every_column_finds_its_place(goodbooks, now):
    file = goodbooks(
        {
            "isbn": "439023483",
            "isbn13": "9.78043902348e+12",
            "authors": "Suzanne  Collins, Some Translator, suzanne collins",
            "original_publication_year": "2008.0",
            "original_title": " The Hunger Games\u200e ",
            "title": "The Hunger Games (The Hunger Games, #1)",
            "language_code": "eng",
            "average_rating": "4.34",
            "ratings_count": "4780653",
            "image_url": "https://images.gr-assets.com/books/1447303603m/2767052.jpg",
        }
    )

    job = import_file(file, now=now)

    book = Book.objects.get()
    assert (job.profile, counts(job), reasons(job)) == ("goodbooks10k", {"created": 1}, [])
    assert [*book.authorships.order_by("position").values_list("author__name", flat=True)] == [
        "Suzanne Collins",
        "Some Translator",
    ]
    assert {name: getattr(book, name) for name in {*PLAIN, "isbn"} - {"daily_fee"}} == {
        "title": "The Hunger Games",
        "original_title": "The Hunger Games",
        "subtitle": "",
        "series": "The Hunger Games #1",
        "language": "en",
        "year": 2008,
        "pages": None,
        "cover": "",
        "cover_url": "https://images.gr-assets.com/books/1447303603m/2767052.jpg",
        "isbn": "9780439023481",
        "description": "",
        "price": None,
        "rating": Decimal("4.34"),
        "ratings_count": 4780653,
    }


@pytest.mark.parametrize(
    ("written", "isbn", "remarks"),
    [
        ("439023483", "9780439023481", 0),
        ("61120081", "9780061120084", 0),
        ("0439023483", "9780439023481", 0),
        ("978-0-439-02348-1", "9780439023481", 0),
        ("057504800X", "9780575048003", 0),
        ("812971060", None, 1),
        ("9.78043902348e+12", None, 1),
        ("no isbn", None, 1),
        ("", None, 0),
    ],
)
def test_an_isbn_is_padded_and_checked(goodbooks, now, written, isbn, remarks):
    job = import_file(goodbooks({"isbn": written}), now=now)

    assert (Book.objects.get().isbn, len(reasons(job))) == (isbn, remarks)


def test_the_rounded_isbn13_column_is_never_believed(goodbooks, now):
    import_file(goodbooks({"isbn13": "9780439023481"}), now=now)

    assert Book.objects.get().isbn is None


@pytest.mark.parametrize(
    ("written", "year"),
    [("2008.0", 2008), ("-1750.0", -1750), ("", None), ("soon", None), ("1e9", None), ("nan", None)],
)
def test_years_come_as_floats_and_before_our_era(goodbooks, now, written, year):
    import_file(goodbooks({"original_publication_year": written}), now=now)

    assert Book.objects.get().year == year


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("eng", "en"), ("en-US", "en"), ("en-GB", "en"), ("fre", "fr"), ("per", "fa"), ("fil", "fil"), ("mul", "mul"),
        ("nl", "nl"), ("", ""), ("gibberish", ""),
    ],
)  # fmt: skip
def test_languages_have_two_letters_where_two_exist(goodbooks, now, written, code):
    import_file(goodbooks({"language_code": written}), now=now)

    assert Book.objects.get().language == code


@pytest.mark.parametrize(
    ("written", "title", "series"),
    [
        ("Dune (Dune Chronicles #1)", "Dune", "Dune Chronicles #1"),
        ("Mort (Discworld, #4; Death, #1)", "Mort", "Discworld #4; Death #1"),
        ("Maus (Maus, #1-2)", "Maus", "Maus #1-2"),
        ("Emma (Annotated)", "Emma (Annotated)", ""),
        ("(The Lot, #1)", "(The Lot, #1)", ""),
        ("  It \u200b ", "It", ""),
        ("Cafe\u0301", "Caf\u00e9", ""),
        ("می\u200cخواهم", "می\u200cخواهم", ""),
    ],
)
def test_the_series_leaves_the_title_and_dirt_leaves_both(goodbooks, now, written, title, series):
    import_file(goodbooks({"title": written}), now=now)

    book = Book.objects.get()
    assert (book.title, book.series) == (title, series)


@pytest.mark.parametrize("written", [NO_PHOTO, "", "not an address"])
def test_a_placeholder_is_no_cover(goodbooks, now, written):
    import_file(goodbooks({"image_url": written}), now=now)

    assert Book.objects.get().cover_url == ""


def test_the_librarys_own_columns(library, now):
    file = library(
        "title,subtitle,series,authors,publisher,year,isbn,language,genres,pages,cover,price,description,copies",
        "Emma,A Novel,,Jane Austen; A. Editor,Murray,1815,,en,Classics; Romance; classics,474,"
        "hardcover,$12.5,A matchmaker.,3",
    )

    job = import_file(file, now=now)

    book = Book.objects.get()
    assert (job.profile, job.copies_count, reasons(job)) == ("library", 3, [])
    assert [*book.authorships.values_list("author__name", flat=True)] == ["Jane Austen", "A. Editor"]
    assert sorted(genre.name for genre in book.genres.all()) == ["Classics", "Romance"]
    assert (book.publisher.name, book.pages, book.cover, book.price) == ("Murray", 474, "hard", Decimal("12.50"))
    assert [copy.barcode[:2] for copy in book.copies.all()] == ["LP", "LP", "LP"]


def test_one_bad_row_never_stops_the_rest(tmp_path, now):
    file = tmp_path / "broken.csv"
    file.write_bytes(
        b"title,authors,year\n"
        b"First,Somebody,1999\n"
        b",Nobody,2000\n"
        b"Too,few\n"
        b"Too,many,2001,cells\n"
        b"Bad \xff byte,Somebody,2002\n"
        b"Nul\0 inside,Somebody,2003\n"
        b"\n"
        b"Last,Somebody,2004\n"
    )

    job = import_file(file, now=now)

    assert list(Book.objects.order_by("pk").values_list("title", flat=True)) == ["First", "Nul inside", "Last"]
    assert counts(job) == {"created": 3, "refused": 4}
    assert remarks(job) == [
        (3, "refused", "The row has no title."),
        (4, "refused", "The row has 2 cells instead of 3."),
        (5, "refused", "The row has 4 cells instead of 3."),
        (
            6,
            "refused",
            "The row is not written in UTF-8. Name the file's encoding, such as cp1252, and import it again.",
        ),
    ]


def test_a_quote_that_is_never_closed_costs_its_rows_only(tmp_path, now):
    file = tmp_path / "quote.csv"
    rows = "".join(f"Row {number},Somebody\n" for number in range(8_000))
    file.write_text(f'title,authors\nFirst,Somebody\n"Open,Somebody\n{rows}')

    job = import_file(file, now=now)

    assert Book.objects.filter(title="First").exists()
    assert Book.objects.filter(title="Row 7999").exists()
    assert job.refused_count >= 1


def test_what_the_database_refuses_is_one_row_of_its_batch(library, now):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE books_book ADD CONSTRAINT forbidden CHECK (title <> 'Forbidden')")

    job = import_file(library("title,authors", "Fine,Somebody", "Forbidden,Somebody", "Fine too,Somebody"), now=now)

    assert list(Book.objects.order_by("pk").values_list("title", flat=True)) == ["Fine", "Fine too"]
    assert [(number, kind) for number, kind, _reason in remarks(job)] == [(3, "refused")]


def test_too_long_texts_are_cut_and_said_so(library, now):
    job = import_file(library("title,authors", f"{'T' * 501},{'A' * 301}"), now=now)

    assert (len(Book.objects.get().title), len(Author.objects.get().name)) == (500, 300)
    assert reasons(job) == [
        "title is longer than 500 characters and was cut.",
        "authors is longer than 300 characters and was cut.",
    ]


def test_a_second_run_changes_nothing(goodbooks, now):
    file = goodbooks(
        {"isbn": "439023483"},
        {"title": "Without ISBN"},
        {"title": "Wrong ISBN", "isbn": "812971060"},
    )
    import_file(file, copies=2, now=now)
    before = everything()

    again = import_file(file, copies=2, now=now)

    assert (counts(again), again.copies_count, reasons(again)) == ({"known": 3}, 0, [])
    assert everything() == before


def everything():
    tables = [table.objects.order_by("pk") for table in (Book, Author, Copy, BookSearchEntry)]
    events = OutboxEvent.objects.exclude(name="import.finished").order_by("pk")
    return [list(rows.values()) for rows in (*tables, events)]


def test_an_index_that_is_away_is_brought_up_by_the_event(goodbooks, now, settings):
    """The import goes on; what it could not index is still owed: its delivery waits for a lease, then is sent."""
    settings.MONGO_URL = "mongodb://127.0.0.1:1/library"

    job = import_file(goodbooks({"title": "One"}), now=now)

    owed = Delivery.objects.get(handler=handler_name(index_imported_books))
    lease = timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    assert (job.status, Book.objects.count(), owed.status) == ("done", 1, "waiting")
    assert owed.send_after >= owed.event.recorded_at + lease
