"""A rebuild beside changes that are still under way."""

import pytest
from django.db import transaction

from books.events import BookUpdated
from books.models import Book
from books.search.postgres_store import PostgresStore
from books.search.queries import search_books
from books.services.indexing import index_books, rebuild_index
from library_portal.outbox import record
from tests.factories.lending import book_with_copies

pytestmark = pytest.mark.django_db


def test_a_change_counts_though_a_later_event_was_committed_before_the_rebuild(postgres_store: PostgresStore) -> None:
    book = book_with_copies(1, title="Before")
    with transaction.atomic():
        first, under_way, _newest = (record(BookUpdated(book.pk, version=1)) for _ in range(3))
    index_books({book.pk: first})
    rebuild_index(postgres_store, progress=lambda done: None)
    Book.objects.filter(pk=book.pk).update(title="After")
    index_books({book.pk: under_way})
    assert [hit.document.title for hit in search_books(text="after").hits] == ["After"]
