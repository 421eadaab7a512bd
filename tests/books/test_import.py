"""Catalogue files become books, whatever their dirt."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from pymongo.errors import ServerSelectionTimeoutError

from books.handlers import follow_the_catalogue
from books.importing import storing
from books.importing.importer import import_file
from books.importing.reporting import Outcome, Remark
from books.models import Author, Book, Copy
from books.search.models import BookSearchEntry
from books.services import book_saved
from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.outbox.registry import handler_name
from tests.factories.books import BookFactory

pytestmark = pytest.mark.django_db

NO_PHOTO = "https://s.gr-assets.com/assets/nophoto/book/111x148-bcc.png"


def reasons(report):
    return [remark.reason for remark in report.remarks]


def counts(report):
    return {outcome.value: count for outcome, count in report.outcomes.items()}


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

    report = import_file(file, now=now)

    book = Book.objects.get()
    assert (report.profile, counts(report), report.remarks) == ("goodbooks10k", {"created": 1}, [])
    assert [*book.authorships.order_by("position").values_list("author__name", flat=True)] == [
        "Suzanne Collins",
        "Some Translator",
    ]
    assert {name: getattr(book, name) for name in storing._PLAIN_FIELDS} == {
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
    report = import_file(goodbooks({"isbn": written}), now=now)

    assert (Book.objects.get().isbn, len(report.remarks)) == (isbn, remarks)


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

    report = import_file(file, now=now)

    book = Book.objects.get()
    assert (report.profile, report.copies, report.remarks) == ("library", 3, [])
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

    report = import_file(file, now=now)

    assert list(Book.objects.order_by("pk").values_list("title", flat=True)) == ["First", "Nul inside", "Last"]
    assert counts(report) == {"created": 3, "refused": 4}
    assert report.remarks == [
        Remark(3, "", True, "The row has no title."),
        Remark(4, "Too", True, "The row has 2 cells instead of 3."),
        Remark(5, "Too", True, "The row has 4 cells instead of 3."),
        Remark(6, "Bad ? byte", True, "The row is not written in UTF-8."),
    ]


def test_a_quote_that_is_never_closed_costs_its_rows_only(tmp_path, now):
    file = tmp_path / "quote.csv"
    rows = "".join(f"Row {number},Somebody\n" for number in range(8_000))
    file.write_text(f'title,authors\nFirst,Somebody\n"Open,Somebody\n{rows}')

    report = import_file(file, now=now)

    assert Book.objects.filter(title="First").exists()
    assert Book.objects.filter(title="Row 7999").exists()
    assert report.outcomes[Outcome.REFUSED] >= 1


def test_what_the_database_refuses_is_one_row_of_its_batch(library, now):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE books_book ADD CONSTRAINT forbidden CHECK (title <> 'Forbidden')")

    report = import_file(library("title,authors", "Fine,Somebody", "Forbidden,Somebody", "Fine too,Somebody"), now=now)

    assert list(Book.objects.order_by("pk").values_list("title", flat=True)) == ["Fine", "Fine too"]
    assert [(remark.line, remark.refused) for remark in report.remarks] == [(3, True)]


def test_too_long_texts_are_cut_and_said_so(library, now):
    report = import_file(library("title,authors", f"{'T' * 501},{'A' * 301}"), now=now)

    assert (len(Book.objects.get().title), len(Author.objects.get().name)) == (500, 300)
    assert reasons(report) == [
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

    assert (counts(again), again.copies, again.remarks) == ({"already there": 3}, 0, [])
    assert everything() == before


def everything():
    tables = (Book, Author, Copy, OutboxEvent, Delivery, BookSearchEntry)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize(
    ("there", "row", "is_known"),
    [
        ({"isbn": "9780439023481"}, {"isbn": "439023483", "title": "Other"}, True),
        ({}, {"title": "LES MISÉRABLES!"}, True),
        ({}, {"title": "Les Miserables", "isbn": "439023483"}, True),
        ({"isbn": "9780575048003"}, {"title": "Les Misérables", "isbn": "439023483"}, False),
        ({}, {"title": "Les Misérables", "authors": "Somebody Else"}, False),
        ({}, {"title": "Les Misérables", "original_publication_year": "1900"}, False),
    ],
)
def test_books_are_matched_by_isbn_else_by_title_author_and_year(goodbooks, now, there, row, is_known):
    book = BookFactory(title="Les Misérables", author_names=["Victor Hugo"], year=1862, **there)
    book_saved(book_id=book.pk, created=True, now=now)
    wanted = {"authors": "Victor Hugo", "original_publication_year": "1862.0", **row}

    report = import_file(goodbooks(wanted), now=now)

    assert counts(report) == {"already there" if is_known else "created": 1}


@pytest.mark.parametrize(
    ("rating", "votes", "wanted"), [(None, 0, (Decimal("4.34"), 900, 2)), ("3.10", 7, ("3.10", 7, 1))]
)
def test_a_book_that_is_there_gains_a_rating_only_where_it_has_none(goodbooks, now, rating, votes, wanted):
    book = BookFactory(title="By Hand", isbn="9780439023481", rating=rating, ratings_count=votes)
    row = {"isbn": "439023483", "title": "In the File", "average_rating": "4.34", "ratings_count": "900"}

    import_file(goodbooks(row), now=now)

    rating, votes, version = wanted
    values = Book.objects.values_list("title", "rating", "ratings_count", "version").get()
    assert values == ("By Hand", Decimal(rating), votes, version)
    told = OutboxEvent.objects.filter(name="book.updated").values_list("payload__book_id", "payload__version")
    assert list(told) == ([(book.pk, 2)] if version == 2 else [])


def test_the_same_book_twice_in_a_file_is_one_book(goodbooks, now):
    report = import_file(goodbooks({"title": "Twice"}, {"title": "TWICE"}), now=now)

    assert counts(report) == {"created": 1, "already there": 1}


def test_new_books_are_told_of_and_found_at_once(goodbooks, now):
    import_file(goodbooks({"title": "One"}, {"title": "Two"}), now=now)

    books = list(Book.objects.order_by("pk").values_list("pk", flat=True))
    events = list(OutboxEvent.objects.order_by("pk").values_list("pk", "name", "payload"))
    assert [(name, payload) for _id, name, payload in events] == [("book.created", {"book_id": pk}) for pk in books]
    assert list(BookSearchEntry.objects.order_by("pk").values_list("pk", "version")) == [
        (book_id, event_id) for book_id, (event_id, _name, _payload) in zip(books, events, strict=True)
    ]
    mine = Delivery.objects.filter(handler=handler_name(follow_the_catalogue))
    assert list(mine.values_list("status", flat=True)) == ["done", "done"]


def test_an_index_that_is_away_is_brought_up_by_the_events(goodbooks, now, settings):
    """What the import could not index is still owed: its delivery waits for a lease, then is sent."""
    settings.MONGO_URL = "mongodb://127.0.0.1:1/library"

    with pytest.raises(ServerSelectionTimeoutError):
        import_file(goodbooks({"title": "One"}), now=now)

    owed = Delivery.objects.get(handler=handler_name(follow_the_catalogue))
    lease = timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    assert (Book.objects.count(), owed.status) == (1, "waiting")
    assert owed.send_after >= owed.event.recorded_at + lease
