"""Who follows an author hears of each new book once, and of an import's books in one message."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

import books.services
from accounts.models import User
from books.events import ImportFinished
from books.models import Book, ImportedBook, ImportJob
from library_portal.notifications.models import Kind, Notification
from library_portal.outbox import record
from library_portal.outbox.delivery import deliver, deliver_pending
from library_portal.outbox.models import Delivery
from tests.factories.accounts import UserFactory
from tests.factories.books import AuthorFactory, BookFactory
from tests.factories.watching import FollowFactory
from watching.queries import NewBooks, followers_for_import

pytestmark = pytest.mark.django_db

LE_GUIN, BANKS, HARRIS = "Ursula K. Le Guin", "Iain M. Banks", "Joanne Harris"


def follower_of(*names: str) -> User:
    reader = UserFactory()
    for name in names:
        FollowFactory(user=reader, author=AuthorFactory(name=name))
    return reader


def told(reader: User) -> list[tuple[str, str, str]]:
    messages = Notification.objects.filter(user=reader, kind=Kind.NEW_BOOK).order_by("pk")
    return list(messages.values_list("title", "body", "url"))


def enter(title: str, *authors: str) -> Book:
    return books.services.create_book(values={"title": title, "authors": list(authors)}, now=timezone.now())


def imported(*contents: tuple[str, ...], is_new: bool = True) -> ImportJob:
    """A finished import of books by these authors."""
    job = ImportJob.objects.create(file_name="books.csv", format="csv", status="done")
    for authors in contents:
        ImportedBook.objects.create(job=job, book=BookFactory(author_names=authors), is_new=is_new)
    record(ImportFinished(job.pk))
    return job


def test_a_new_book_is_told_once_to_each_follower_of_any_of_its_authors(mailoutbox: list[Any]) -> None:
    both, one, none = follower_of(LE_GUIN, BANKS), follower_of(BANKS), follower_of(HARRIS)
    book = enter("The Eye of the Heron", LE_GUIN, BANKS)
    deliver_pending()
    words = (
        "New by Iain M. Banks: “The Eye of the Heron”",
        "You follow this author. The book has just come into the catalogue.",
        f"/books/{book.pk}/",
    )
    assert [told(reader) for reader in (both, one, none)] == [[words], [words], []]
    Delivery.objects.filter(event__name="book.created").update(status="waiting")
    deliver_pending()
    assert len(told(both)) == 1
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([both.email, one.email])


def test_a_later_author_of_an_old_book_is_no_news(now: datetime) -> None:
    reader = follower_of(LE_GUIN)
    book = enter("The Eye of the Heron")
    deliver_pending()
    books.services.update_book(book_id=book.pk, changes={"authors": [LE_GUIN]}, now=now)
    deliver_pending()
    assert told(reader) == []


def test_a_book_that_is_gone_before_it_is_told_is_not_told(now: datetime) -> None:
    reader = follower_of(LE_GUIN)
    book = enter("The Eye of the Heron", LE_GUIN)
    books.services.withdraw_or_delete_book(book_id=book.pk, now=now)
    deliver_pending()
    assert told(reader) == []


def test_a_book_that_is_gone_before_the_mail_is_sent_is_not_mailed_of(now: datetime, mailoutbox: list[Any]) -> None:
    reader = follower_of(LE_GUIN)
    book = enter("The Eye of the Heron", LE_GUIN)
    for delivery in Delivery.objects.filter(handler="watching.handlers.tell_followers"):
        deliver(delivery_id=delivery.pk, attempts=0)
    Book.objects.filter(pk=book.pk).update(withdrawn_at=now)
    deliver_pending()
    assert (len(told(reader)), mailoutbox) == (1, [])


def test_an_import_is_told_in_one_message(mailoutbox: list[Any]) -> None:
    many, one, none = follower_of(LE_GUIN, BANKS, HARRIS), follower_of(BANKS), follower_of("Somebody Else")
    imported((LE_GUIN,), (LE_GUIN, BANKS), (LE_GUIN,), (HARRIS,))
    deliver_pending()
    assert told(many) == [
        (
            "4 new books by Ursula K. Le Guin and 2 others",
            "New in the catalogue: Ursula K. Le Guin (3), Iain M. Banks (1), Joanne Harris (1)",
            "/me/watching/",
        )
    ]
    assert told(one) == [("1 new book by Iain M. Banks", "New in the catalogue: Iain M. Banks (1)", "/me/watching/")]
    assert told(none) == []
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([many.email, one.email])
    Delivery.objects.filter(event__name="import.finished").update(status="waiting")
    deliver_pending()
    assert len(told(many)) == 1


def test_books_that_the_import_only_changed_are_no_news() -> None:
    reader = follower_of(LE_GUIN)
    imported((LE_GUIN,), is_new=False)
    deliver_pending()
    assert told(reader) == []


def test_an_import_that_was_taken_back_is_not_told_nor_mailed(mailoutbox: list[Any]) -> None:
    before, after = follower_of(LE_GUIN), follower_of(BANKS)
    Book.objects.filter(imports__job=imported((LE_GUIN,))).delete()
    later = imported((BANKS,))
    for delivery in Delivery.objects.filter(handler="watching.handlers.tell_followers_of_import"):
        deliver(delivery_id=delivery.pk, attempts=0)
    Book.objects.filter(imports__job=later).update(withdrawn_at=timezone.now())
    deliver_pending()
    assert (told(before), len(told(after)), mailoutbox) == ([], 1, [])


def test_an_import_is_looked_up_in_two_queries_however_much_it_brought(django_assert_num_queries: Any) -> None:
    readers = [follower_of(LE_GUIN, BANKS) for _ in range(4)]
    job = imported(*[(LE_GUIN,)] * 12, *[(BANKS,)] * 3)
    with django_assert_num_queries(2):
        found = followers_for_import(job_id=job.pk, after=readers[0].pk, limit=2)
    assert found == [NewBooks(reader.pk, 15, [(LE_GUIN, 12), (BANKS, 3)]) for reader in readers[1:3]]


def test_a_long_list_of_authors_is_cut_short() -> None:
    names = [f"Author {letter}" for letter in "ABCDEFG"]
    reader = follower_of(*names)
    imported(*[(name,) for name in names])
    deliver_pending()
    [(title, body, _url)] = told(reader)
    assert title == "7 new books by Author A and 6 others"
    assert body == "New in the catalogue: Author A (1), Author B (1), Author C (1), Author D (1), Author E (1) …"
