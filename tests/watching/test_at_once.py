"""The same at the same instant, from real threads: one watch, one message, and no copy missed in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

import accounts.services
import books.services
from books.models import Author, Copy
from library_portal.errors import NotFound, PortalError
from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver_pending
from tests.accounts.simultaneously import simultaneously
from tests.factories.books import AuthorFactory, BookFactory
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.factories.tokens import bearer
from tests.factories.watching import WatchFactory
from tests.waiting import until
from watching.models import Watch
from watching.services import follow_author, tell_available, tell_new_book, watch_book

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


@pytest.mark.parametrize("kind", ["book", "author"])
def test_the_same_watch_asked_for_at_once_is_one(kind: str) -> None:
    wanted = {kind: (BookFactory() if kind == "book" else AuthorFactory()).pk}
    headers = bearer(patron(balance="0"))

    def post(_number: int) -> int:
        return APIClient().post("/api/v1/watches/", wanted, headers=headers).status_code

    assert sorted(simultaneously(TIMES, post, connected=True)) == [200] * (TIMES - 1) + [201]
    assert Watch.objects.count() == 1


def test_the_limit_holds_at_once(settings: Any) -> None:
    settings.MAX_WATCHES = 5
    headers, wanted = bearer(patron(balance="0")), [BookFactory().pk for _ in range(TIMES)]

    def post(number: int) -> int:
        return APIClient().post("/api/v1/watches/", {"book": wanted[number]}, headers=headers).status_code

    assert sorted(simultaneously(TIMES, post, connected=True)) == [201] * 5 + [409] * (TIMES - 5)
    assert Watch.objects.count() == 5


def test_an_event_delivered_at_once_tells_everybody_once() -> None:
    book = book_with_copies(1)
    readers = [WatchFactory(book=book).user_id for _ in range(3)]
    simultaneously(TIMES, lambda _number: tell_available(book_id=book.pk), connected=True)
    assert sorted(Notification.objects.values_list("user_id", flat=True)) == readers
    assert not Watch.objects.exists()


def test_a_new_book_delivered_at_once_is_told_once() -> None:
    book = BookFactory(author_names=["Iain M. Banks"])
    reader = patron(balance="0")
    Watch.objects.create(user=reader, author=book.authors.get())
    simultaneously(TIMES, lambda _number: tell_new_book(book_id=book.pk), connected=True)
    assert list(Notification.objects.values_list("user_id", flat=True)) == [reader.pk]


def while_uncommitted(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """The second begins when the first has done its work and not committed it; answers with what came of it."""

    def run() -> Any:
        try:
            return second()
        except PortalError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first()
            begun = other.submit(run)
            until(lambda: begun.done() or somebody_waits())
        return begun.result()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


def test_a_copy_that_comes_back_while_somebody_begins_to_watch_is_not_missed() -> None:
    book, reader = book_with_copies(1), patron(balance="0")
    Copy.objects.filter(book=book).update(status=Copy.Status.UNAVAILABLE, reason=Copy.Reason.IN_REPAIR)

    def comes_back() -> None:
        books.services.mark_copy_available_again(copy_id=book.copies.get().pk)
        deliver_pending()

    while_uncommitted(lambda: watch_book(user_id=reader.pk, book_id=book.pk), comes_back)
    assert list(Notification.objects.values_list("user_id", "title")) == [
        (reader.pk, f"“{book.title}” is on the shelf")
    ]
    assert not Watch.objects.exists()


def test_a_copy_that_goes_while_people_are_told_is_told_to_nobody_any_more() -> None:
    book = book_with_copies(1)
    watch = WatchFactory(book=book)

    def goes() -> None:
        books.services.lock_book(book.pk)
        books.services.hold_copy(book.copies.get().pk)

    while_uncommitted(goes, lambda: tell_available(book_id=book.pk))
    assert not Notification.objects.exists()
    assert list(Watch.objects.values_list("pk", flat=True)) == [watch.pk]


def test_who_follows_an_author_who_becomes_another_at_that_instant_follows_the_other_or_nobody() -> None:
    keep, first, second = AuthorFactory(), AuthorFactory(), AuthorFactory()
    reader = patron(balance="0").pk

    def merge(author: Author) -> None:
        books.services.merge_authors(keep_id=keep.pk, other_ids=[author.pk])

    def follow(author: Author) -> None:
        follow_author(user_id=reader, author_id=author.pk)

    while_uncommitted(lambda: follow(first), lambda: merge(first))
    assert list(Watch.objects.values_list("user_id", "author_id")) == [(reader, keep.pk)]
    assert while_uncommitted(lambda: merge(second), lambda: follow(second)) == NotFound
    assert list(Watch.objects.values_list("user_id", "author_id")) == [(reader, keep.pk)]


def test_who_leaves_while_being_told_leaves_no_trace(now: Any) -> None:
    book = book_with_copies(1)
    readers = [WatchFactory(book=book).user_id for _ in range(6)]

    def act(number: int) -> None:
        if number == len(readers):
            tell_available(book_id=book.pk)
        else:
            accounts.services.delete_account(user_id=readers[number], now=now)

    simultaneously(len(readers) + 1, act, connected=True)
    assert (Watch.objects.count(), Notification.objects.count()) == (0, 0)
