"""The same at the same instant, from real threads: one watch, one message, and no copy missed in between."""

from typing import Any

import pytest
from rest_framework.test import APIClient

import accounts.services
import books.services
from books.models import Copy
from library_portal.notifications.models import Notification
from library_portal.outbox.delivery import deliver_pending
from tests.accounts.simultaneously import simultaneously
from tests.factories.books import AuthorFactory, BookFactory
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.factories.tokens import bearer
from tests.factories.watching import WatchFactory
from watching.models import Watch
from watching.services import OnTheShelf, tell_available, tell_new_book, watch_book

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


def test_a_copy_that_comes_back_while_people_begin_to_watch_is_missed_by_nobody() -> None:
    """Each is refused, as the copy is there, or told of it: nobody goes on waiting for what is on the shelf."""
    book = book_with_copies(1)
    Copy.objects.filter(book=book).update(status=Copy.Status.UNAVAILABLE, reason=Copy.Reason.IN_REPAIR)
    readers = [patron(balance="0").pk for _ in range(TIMES - 1)]
    refused: list[int] = []

    def act(number: int) -> None:
        if number == TIMES - 1:
            books.services.mark_copy_available_again(copy_id=book.copies.get().pk)
            return
        try:
            watch_book(user_id=readers[number], book_id=book.pk)
        except OnTheShelf:
            refused.append(readers[number])

    simultaneously(TIMES, act, connected=True)
    deliver_pending()
    told = set(Notification.objects.values_list("user_id", flat=True))
    assert (told | set(refused), told & set(refused)) == (set(readers), set())
    assert not Watch.objects.exists()


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
