"""Which book a record means, and what becomes of a book that is there already."""

from decimal import Decimal

import pytest

from books.importing.models import ImportedBook
from books.models import Author, AuthorAlias, Book, Copy, Isbn
from books.search.models import BookSearchEntry
from books.services import book_saved, merge_authors
from library_portal.outbox.models import Delivery, OutboxEvent
from tests.books.importing.conftest import counts, remarks
from tests.factories.books import AuthorFactory, BookFactory, CopyFactory

pytestmark = pytest.mark.django_db

HARD, SOFT, OTHER = "9780439023481", "9780061120084", "9780575048003"
MISERABLES = {"title": "Les Misérables", "authors": "Victor Hugo", "year": "1862"}


def saved(now, **values):
    book = BookFactory(**values)
    book_saved(book_id=book.pk, created=True, now=now)
    OutboxEvent.objects.all().delete()
    return book


@pytest.mark.parametrize(
    ("there", "row", "is_known"),
    [
        ({"isbn": HARD}, {"isbn": "0439023483", "title": "Other"}, True),
        ({"isbn": SOFT, "further_isbns": [HARD]}, {"isbn": "0-439-02348-3", "title": "Other"}, True),
        ({}, {"title": "LES MISÉRABLES!"}, True),
        ({}, {"title": "Les Miserables", "isbn": HARD}, True),
        ({"isbn": OTHER}, {"isbn": HARD}, False),
        ({"isbn": OTHER}, {}, True),
        ({}, {"authors": "Somebody Else"}, False),
        ({}, {"authors": "Hugo, Victor"}, True),
        ({}, {"authors": "V. M. Hugo"}, True),
        ({}, {"year": "1900"}, False),
    ],
)
def test_a_book_is_known_by_any_isbn_else_by_title_first_author_and_year(run, now, there, row, is_known):
    saved(now, title="Les Misérables", author_names=["Victor Hugo"], year=1862, **there)
    AuthorAlias.objects.create(author=Author.objects.get(), name="V. M. Hugo")

    assert counts(run({**MISERABLES, **row})) == {"known" if is_known else "created": 1}


def test_two_isbns_are_two_books_also_within_one_file(run):
    job = run({**MISERABLES, "isbn": HARD}, {**MISERABLES, "isbn": SOFT}, {**MISERABLES, "isbn": HARD}, MISERABLES)

    assert counts(job) == {"created": 2, "known": 2}


def test_isbns_of_two_books_are_refused_naming_both(run, now):
    first = saved(now, title="Emma", isbn=HARD)
    second = saved(now, title="Persuasion", isbn=SOFT)

    job = run({"title": "Both", "isbn": f"{HARD}; {SOFT}"})

    assert counts(job) == {"refused": 1}
    assert remarks(job) == [
        (2, "refused", "Its ISBNs are those of different books: "
         f"“Emma” (#{first.pk}, {HARD}); “Persuasion” (#{second.pk}, {SOFT}).")
    ]  # fmt: skip


def test_a_withdrawn_book_is_known_and_stays_withdrawn(run, now):
    book = saved(now, title="Gone", isbn=HARD, withdrawn_at=now)

    job = run({"title": "New Title", "isbn": HARD}, on_match="overwrite")

    assert (counts(job), Book.objects.get().title) == ({"known": 1}, "Gone")
    assert remarks(job) == [(2, "mended", f"It is the withdrawn book #{book.pk}, which stays withdrawn.")]


class TestAuthors:
    def names(self, title):
        return list(Book.objects.get(title=title).authorships.values_list("author__name", flat=True))

    def test_an_exact_name_comes_before_another_name_and_before_a_similar_one(self, run):
        tolkien = AuthorFactory(name="J.R.R. Tolkien")
        AuthorFactory(name="J. R. R. Tolkien")
        AuthorAlias.objects.create(author=AuthorFactory(name="Robert Galbraith"), name="J. K. Rowling")

        run(
            {"title": "Exact", "authors": "J. R. R. Tolkien"},
            {"title": "Alias", "authors": "J. K. Rowling"},
            {"title": "Alike", "authors": "Tolkien, J R R"},
            {"title": "New", "authors": "Somebody; Some Body"},
        )

        assert [self.names(title) for title in ("Exact", "Alias", "Alike", "New")] == [
            ["J. R. R. Tolkien"],
            ["Robert Galbraith"],
            [tolkien.name],
            ["Somebody", "Some Body"],
        ]

    def test_a_name_that_a_merge_left_is_known_in_any_spelling_and_its_book_is_not_entered_again(self, run, now):
        kept, other = AuthorFactory(name="Robert Galbraith"), AuthorFactory(name="J. K. Rowling")
        saved(now, title="The Silkworm", author_names=["J. K. Rowling"], year=2014)
        merge_authors(keep_id=kept.pk, other_ids=[other.pk])

        job = run(
            *({"title": "The Silkworm", "authors": name, "year": "2014"} for name in ("Rowling, J.K.", "JK Rowling"))
        )

        assert (counts(job), Author.objects.get()) == ({"known": 2}, kept)

    def test_one_author_in_two_spellings_is_one_and_named_once(self, run):
        run(
            {"title": "One", "authors": "Ursula K. Le Guin"},
            {"title": "Two", "authors": "Ursula K Le Guin; Le Guin, Ursula K."},
        )

        assert (Author.objects.count(), self.names("Two")) == (1, ["Ursula K. Le Guin"])


FULL = {
    "title": "In the File", "subtitle": "Sub", "authors": "A Writer", "publisher": "Penguin", "year": "2001",
    "isbn": f"{HARD}; {SOFT}", "genres": "Novel", "pages": "300", "price": "12.50", "copies": "3",
}  # fmt: skip


def told(book):
    book = Book.objects.select_related("publisher").get(pk=book.pk)
    return {
        "title": book.title, "subtitle": book.subtitle, "pages": book.pages, "price": book.price,
        "publisher": book.publisher and book.publisher.name, "isbn": book.isbn, "version": book.version,
        "authors": list(book.authors.values_list("name", flat=True)),
        "genres": list(book.genres.values_list("name", flat=True)),
        "isbns": sorted(book.isbns.values_list("number", flat=True)),
    }  # fmt: skip


BEFORE = {
    "title": "By Hand", "subtitle": "", "pages": 222, "price": None, "publisher": None, "isbn": HARD, "version": 1,
    "authors": ["Other Writer"], "genres": [], "isbns": [HARD],
}  # fmt: skip


@pytest.mark.parametrize(
    ("on_match", "outcome", "changes"),
    [
        ("skip", "known", {}),
        (
            "fill", "changed",
            {"subtitle": "Sub", "price": Decimal("12.50"), "publisher": "Penguin", "genres": ["Novel"], "version": 2,
             "isbns": sorted([HARD, SOFT])},
        ),
        (
            "overwrite", "changed",
            {"title": "In the File", "subtitle": "Sub", "pages": 300, "price": Decimal("12.50"), "version": 2,
             "publisher": "Penguin", "genres": ["Novel"], "authors": ["A Writer"], "isbns": sorted([HARD, SOFT])},
        ),
    ],
)  # fmt: skip
def test_a_known_book_is_left_filled_or_overwritten(run, now, on_match, outcome, changes):
    book = saved(now, title="By Hand", pages=222, isbn=HARD, author_names=["Other Writer"], year=2001)
    CopyFactory(book=book)

    job = run(FULL, on_match=on_match)

    assert (counts(job), told(book)) == ({outcome: 1}, {**BEFORE, **changes})
    assert Copy.objects.count() == 1
    events = list(OutboxEvent.objects.values_list("name", "payload"))
    wrote = [("import.books_written", {"job_id": job.pk, "book_ids": [book.pk]})]
    updated = [("book.updated", {"book_id": book.pk, "version": 2})]
    finished = [("import.finished", {"job_id": job.pk})]
    assert sorted(events, key=str) == sorted(finished + (updated + wrote if changes else []), key=str)
    assert counts(run(FULL, on_match=on_match)) == {"known": 1}


def test_what_the_file_does_not_tell_stays_when_it_overwrites(run, now):
    book = saved(now, title="Same", isbn=HARD, subtitle="Kept", genre_names=["Kept"], price=5, language="en")

    run({"title": "Same", "isbn": HARD, "pages": "10"}, on_match="overwrite")

    kept = told(book)
    assert (kept["subtitle"], kept["genres"], kept["price"], kept["pages"]) == ("Kept", ["Kept"], Decimal(5), 10)


def test_a_changed_book_is_found_by_its_new_words_and_remembers_the_old(run, now):
    book = saved(now, title="Old", isbn=HARD, author_names=["A Writer"])

    job = run({"title": "New", "isbn": HARD, "authors": "A Writer"}, on_match="overwrite")

    written = OutboxEvent.objects.get(name="import.books_written")
    entry = BookSearchEntry.objects.get()
    assert (entry.document["title"], entry.version) == ("New", written.pk)
    kept = ImportedBook.objects.get(job=job)
    assert (kept.book_id, kept.is_new, kept.before, kept.after) == (book.pk, False, {"title": "Old"}, {"title": "New"})
    assert counts(run({"title": "New", "authors": "A Writer"})) == {"known": 1}


def test_later_records_of_a_file_fill_what_its_earlier_ones_left_open(run):
    job = run({"title": "One", "isbn": HARD}, {"title": "One", "isbn": HARD, "pages": "9"}, on_match="fill")

    assert (counts(job), Book.objects.get().pages, Book.objects.get().version) == ({"created": 1, "changed": 1}, 9, 1)


def test_events_of_single_books_are_not_delivered_one_by_one(run):
    run({"title": "One"}, {"title": "Two"})

    assert sorted(OutboxEvent.objects.values_list("name", flat=True)) == [
        "book.created", "book.created", "import.books_written", "import.finished",
    ]  # fmt: skip
    named = Delivery.objects.exclude(event__name="import.finished").values_list("event__name", "status")
    assert list(named) == [("import.books_written", "done")]


def test_isbns_are_kept_with_the_first_as_the_main_one(run):
    run({"title": "One", "isbn": f"{SOFT}; {HARD}"})

    assert (Book.objects.get().isbn, set(Isbn.objects.values_list("number", flat=True))) == (SOFT, {SOFT, HARD})
