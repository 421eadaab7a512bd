"""Imports, merges and librarians at the same books and names: they take turns, and none waits in a circle."""

from pathlib import Path

import pytest
from django.utils import timezone

import books.services
from books.importing.jobs import import_file
from books.models import Author, Book, Genre, Isbn, Publisher
from books.services import catalogue, withdrawing
from tests.books.importing.catalogue_files import library_file
from tests.concurrency.test_people_at_once import Halfway, together
from tests.factories.books import AuthorFactory, BookFactory, GenreFactory, PublisherFactory

pytestmark = pytest.mark.django_db(transaction=True)
RECORDS = 300
ISBN = "9780439023481"


def test_two_imports_of_the_same_new_books_in_opposite_orders_both_end(tmp_path: Path) -> None:
    rows = [{"title": f"Book {number}", "authors": f"Author {number}"} for number in range(RECORDS)]
    files = [
        library_file(tmp_path, *rows, name="forward.csv"),
        library_file(tmp_path, *reversed(rows), name="backward.csv"),
    ]

    jobs = together(*(lambda file=file: import_file(file, now=timezone.now(), on_match="fill") for file in files))

    assert [(job.status, job.created_count + job.known_count) for job in jobs] == [("done", RECORDS)] * 2
    assert (Book.objects.count(), Author.objects.count()) == (RECORDS, RECORDS)


def test_names_that_are_merged_while_a_book_is_entered_under_them(monkeypatch: pytest.MonkeyPatch) -> None:
    kept_author, author = AuthorFactory(), AuthorFactory()
    kept_genre, genre = GenreFactory(), GenreFactory()
    kept_publisher, publisher = PublisherFactory(), PublisherFactory()
    entering = Halfway(monkeypatch, catalogue, "book_saved")
    values = {"title": "Emma", "authors": [author.name], "genres": [genre.name], "publisher": publisher.name}

    def merge() -> None:
        books.services.merge_authors(keep_id=kept_author.pk, other_ids=[author.pk])
        books.services.merge_genres(keep_id=kept_genre.pk, other_ids=[genre.pk])
        books.services.merge_publishers(keep_id=kept_publisher.pk, other_ids=[publisher.pk])

    together(lambda: books.services.create_book(values=values, now=timezone.now()), entering.then(merge))

    book = Book.objects.get()
    assert [*book.authors.all(), *book.genres.all(), book.publisher] == [kept_author, kept_genre, kept_publisher]
    assert (Author.objects.count(), Genre.objects.count(), Publisher.objects.count()) == (1, 1, 1)


def test_an_import_that_names_an_author_who_is_just_merged_gives_the_book_to_the_one_who_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept, other = AuthorFactory(name="Jane Austen"), AuthorFactory(name="Austen the Elder")
    file = library_file(tmp_path, {"title": "Emma", "authors": other.name})
    merging = Halfway(monkeypatch, books.services.merging, "_fill_gaps")

    together(
        lambda: books.services.merge_authors(keep_id=kept.pk, other_ids=[other.pk]),
        merging.then(lambda: import_file(file, now=timezone.now())),
    )

    assert list(Book.objects.get().authors.all()) == list(Author.objects.all()) == [kept]


def test_the_same_isbn_entered_and_imported_at_once_is_one_book(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = library_file(tmp_path, {"title": "Emma", "isbn": ISBN})
    entering = Halfway(monkeypatch, catalogue, "book_saved")
    values = {"title": "Emma", "isbn": ISBN}

    _book, job = together(
        lambda: books.services.create_book(values=values, now=timezone.now()),
        entering.then(lambda: import_file(file, now=timezone.now())),
    )

    assert (job.known_count, Book.objects.count(), Isbn.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("end", ["merged", "deleted"])
def test_a_genre_goes_while_its_book_is_deleted(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    kept, genre = GenreFactory(), GenreFactory()
    book = BookFactory(genre_names=[genre.name])
    deleting = Halfway(monkeypatch, withdrawing, "_deleted")

    def go() -> None:
        if end == "merged":
            books.services.merge_genres(keep_id=kept.pk, other_ids=[genre.pk])
        else:
            books.services.delete_name(Genre, pk=genre.pk)

    together(
        lambda: books.services.withdraw_or_delete_book(book_id=book.pk, now=timezone.now()),
        deleting.then(go),
    )

    assert (Book.objects.count(), list(Genre.objects.all())) == (0, [kept])
