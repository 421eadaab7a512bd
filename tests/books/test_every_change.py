"""Whatever changes the catalogue: answers are fresh at once, and the index is right once the events have come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import Role
from books import services
from books.covers.pictures import cover_picture
from books.importing.jobs import import_file
from books.importing.reverting import revert_import
from books.models import Author, Book, Copy, Genre, Publisher
from books.search.postgres_store import PostgresStore
from books.services.checking import check_index
from books.services.indexing import index_books
from library_portal.outbox.delivery import deliver_pending
from library_portal.redis import client
from tests.books.importing.catalogue_files import library_file
from tests.factories.accounts import UserFactory
from tests.factories.books import BookFactory, PublisherFactory

pytestmark = pytest.mark.django_db

ISBN, OTHER_ISBN = "9780439023481", "9780061120084"
LISTS = ("api-books", "api-authors", "api-genres", "api-publishers", "opds-books", "opds-authors", "opds-genres")

SEARCH = "/api/v1/books/search/?facets=1"


@dataclass
class Shelf:
    """A book with everything, and a second one whose names may become one with those of the first."""

    book: Book
    other: Book
    now: datetime
    folder: Path
    staff: Client
    author_id: int

    def id(self, model: Any, name: str) -> int:
        return model.objects.get(name=name).pk

    def copy(self) -> int:
        return Copy.objects.filter(book=self.book).earliest("pk").pk

    def update(self, **changes: Any) -> None:
        services.update_book(book_id=self.book.pk, changes=changes, now=self.now)

    def merge(self, merge: Callable[..., Any], model: Any, keep: str, other: str) -> None:
        merge(keep_id=self.id(model, keep), other_ids=[self.id(model, other)])

    def picture(self) -> None:
        file = BytesIO()
        Image.new("RGB", (60, 90), "navy").save(file, "PNG")
        picture = cover_picture(BytesIO(file.getvalue()))
        services.set_cover_picture(book_id=self.book.pk, picture=picture, now=self.now)

    def imported(self, **row: str) -> int:
        return import_file(library_file(self.folder, row), now=self.now, on_match="overwrite").pk

    def in_admin(self, address: str, **form: Any) -> None:
        assert self.staff.post(f"/admin/books/{address}/", form).status_code == 302


FIRST = {
    "restored": lambda shelf: Book.objects.filter(pk=shelf.book.pk).update(withdrawn_at=shelf.now),
    "cover taken away": Shelf.picture,
    "import taken back": lambda shelf: shelf.imported(title="Emma Again", isbn=ISBN, authors="New Writer"),
}  # fmt: skip
CHANGES: dict[str, Callable[[Shelf], Any]] = {
    "entered": lambda shelf: services.create_book(values={"title": "New", "authors": ["New Writer"]}, now=shelf.now),
    "title": lambda shelf: shelf.update(title="Emma Revised", series="Austen #1"),
    "authors": lambda shelf: shelf.update(authors=["F. Herbert", "New Writer"]),
    "genres": lambda shelf: shelf.update(genres=["Space", "New Genre"]),
    "publisher": lambda shelf: shelf.update(publisher="New House"),
    "isbns": lambda shelf: shelf.update(isbns=[OTHER_ISBN]),
    "withheld": lambda shelf: services.set_lendable(book_id=shelf.book.pk, is_lendable=False, now=shelf.now),
    "deleted": lambda shelf: services.withdraw_or_delete_book(book_id=shelf.book.pk, now=shelf.now),
    "restored": lambda shelf: services.restore_book(book_id=shelf.book.pk, with_copies=True, now=shelf.now),
    "copy": lambda shelf: services.add_copy(book_id=shelf.other.pk),
    "copy lost": lambda shelf: services.mark_copy_unavailable(copy_id=shelf.copy(), reason="lost"),
    "copy gone": lambda shelf: services.remove_copy(copy_id=shelf.copy()),
    "cover": Shelf.picture,
    "cover taken away": lambda shelf: services.remove_cover_picture(book_id=shelf.book.pk, now=shelf.now),
    "author renamed": lambda shelf: services.update_author(
        author_id=shelf.id(Author, "Jane Austen"), changes={"name": "J. Austen"}
    ),
    "author's page": lambda shelf: services.update_author(
        author_id=shelf.author_id, changes={"biography": "Born in Steventon."}
    ),
    "genre renamed": lambda shelf: services.rename(Genre, pk=shelf.id(Genre, "Novel"), name="Fiction"),
    "publisher renamed": lambda shelf: services.rename(Publisher, pk=shelf.id(Publisher, "Penguin"), name="Puffin"),
    "genre deleted": lambda shelf: services.delete_name(Genre, pk=shelf.id(Genre, "Novel")),
    "publisher deleted": lambda shelf: services.delete_name(Publisher, pk=shelf.id(Publisher, "Nobody's")),
    "authors merged": lambda shelf: shelf.merge(services.merge_authors, Author, "F. Herbert", "Jane Austen"),
    "genres merged": lambda shelf: shelf.merge(services.merge_genres, Genre, "Space", "Novel"),
    "publishers merged": lambda shelf: shelf.merge(services.merge_publishers, Publisher, "Ace", "Penguin"),
    "imported": lambda shelf: shelf.imported(title="Emma Again", isbn=ISBN, genres="New Genre"),
    "import taken back": lambda shelf: revert_import(job_id=shelf.book.imports.get().job_id, now=shelf.now),
    "author added in the admin": lambda shelf: shelf.in_admin("author/add", name="Added"),
    "genre added in the admin": lambda shelf: shelf.in_admin("genre/add", name="Added"),
    "genre renamed in the admin": lambda shelf: shelf.in_admin(
        f"genre/{shelf.id(Genre, 'Novel')}/change", name="Fiction"
    ),
    "genre deleted in the admin": lambda shelf: shelf.in_admin(f"genre/{shelf.id(Genre, 'Novel')}/delete", post="yes"),
}


@pytest.fixture
def shelf(settings: Any, now: datetime, tmp_path: Path) -> Shelf:
    settings.MEDIA_ROOT = tmp_path / "media"
    staff = Client()
    staff.force_login(UserFactory(role=Role.LIBRARIAN))
    book = BookFactory(title="Emma", isbn=ISBN, author_names=["Jane Austen", "Ann Other"], genre_names=["Novel"],
                       copies=2, publisher=PublisherFactory(name="Penguin"))  # fmt: skip
    other = BookFactory(title="Dune", author_names=["F. Herbert"], genre_names=["Space"], copies=1,
                        publisher=PublisherFactory(name="Ace"))  # fmt: skip
    PublisherFactory(name="Nobody's")
    return Shelf(book, other, now, tmp_path, staff, Author.objects.get(name="F. Herbert").pk)


def answers(api: APIClient, shelf: Shelf) -> dict[str, bytes]:
    """What readers are told, by address."""
    addresses = [reverse(name) for name in LISTS]
    addresses += [reverse("api-book", args=[book.pk]) for book in (shelf.book, shelf.other)]
    addresses += [reverse("api-author", args=[shelf.author_id])]
    return {address: api.get(address).content for address in addresses}


@pytest.mark.parametrize("change", CHANGES)
def test_answers_are_fresh_at_once_and_the_index_is_right_after_the_events(
    shelf: Shelf, api: APIClient, change: str, django_capture_on_commit_callbacks: Any
) -> None:
    FIRST.get(change, lambda shelf: None)(shelf)
    index_books({book.pk: 0 for book in (shelf.book, shelf.other)})
    before = answers(api, shelf)
    api.get(SEARCH)

    with django_capture_on_commit_callbacks(execute=True):
        CHANGES[change](shelf)

    at_once = answers(api, shelf)
    client().flushdb()
    assert at_once == answers(api, shelf)
    assert at_once != before
    deliver_pending()
    found = api.get(SEARCH).content
    client().flushdb()
    assert found == api.get(SEARCH).content
    report = check_index(PostgresStore(), repair=False, progress=lambda done: None)
    assert (report.counts, report.books) == ({}, Book.objects.filter(withdrawn_at=None).count())
