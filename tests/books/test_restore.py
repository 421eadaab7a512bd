"""A withdrawn book comes back to readers, with its withdrawn copies or without them."""

import pytest

from books import queries, services
from library_portal.outbox.models import OutboxEvent
from tests.factories.books import BookFactory, CopyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def withdrawn(now):
    book = BookFactory(withdrawn_at=now)
    for reason in ("withdrawn", "lost"):
        CopyFactory(book=book, status="unavailable", reason=reason)
    return book


def copies(book):
    return list(book.copies.order_by("pk").values_list("status", "reason"))


@pytest.mark.parametrize(
    ("with_copies", "first", "status"),
    [(True, ("available", ""), "available"), (False, ("unavailable", "withdrawn"), "unavailable")],
)
def test_it_is_found_again_and_what_is_lost_stays_lost(withdrawn, now, with_copies, first, status):
    services.restore_book(book_id=withdrawn.pk, with_copies=with_copies, now=now)

    assert copies(withdrawn) == [first, ("unavailable", "lost")]
    assert (queries.book_detail(book_id=withdrawn.pk)["status"], queries.book_version(book_id=withdrawn.pk)) == (
        status,
        2,
    )
    assert list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True)) == [
        "book.updated",
        "book.availability_changed",
    ]


def test_restoring_what_is_there_changes_nothing(now):
    book = BookFactory(copies=1)

    services.restore_book(book_id=book.pk, with_copies=True, now=now)

    assert (copies(book), OutboxEvent.objects.count()) == ([("available", "")], 0)


def test_what_is_gone_is_not_restored(now):
    with pytest.raises(services.BookNotFound):
        services.restore_book(book_id=987654321, with_copies=True, now=now)
