"""Who watches a book is told once when a copy is free for anybody, and nobody hears of a copy that is gone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

import books.services
import reservations.queries
import reservations.services
from accounts.models import User
from books.models import Book, Copy
from library_portal.notifications.models import Kind, Notification, Preference
from library_portal.outbox.delivery import deliver, deliver_pending
from library_portal.outbox.models import Delivery
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.factories.watching import WatchFactory
from watching.models import Watch
from watching.services import tell_available

pytestmark = pytest.mark.django_db


@pytest.fixture
def emma() -> Book:
    """Its only copy is in repair."""
    book = book_with_copies(1, title="Emma")
    Copy.objects.filter(book=book).update(status=Copy.Status.UNAVAILABLE, reason=Copy.Reason.IN_REPAIR)
    return book


def comes_back(book: Book) -> None:
    books.services.mark_copy_available_again(copy_id=book.copies.get().pk)


def told(reader: User) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(user=reader, kind=Kind.BOOK_AVAILABLE).values_list("title", "url"))


def watches(book: Book) -> list[int]:
    return list(Watch.objects.filter(book=book).order_by("user").values_list("user", flat=True))


def reserve(reader: User, book: Book, now: datetime) -> Any:
    return reservations.services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)


def test_everybody_who_watches_is_told_and_watches_no_more(emma: Book, mailoutbox: list[Any]) -> None:
    readers = [patron(balance="0") for _ in range(3)]
    for reader in readers:
        WatchFactory(user=reader, book=emma)
    elsewhere = WatchFactory()
    comes_back(emma)
    deliver_pending()
    assert [told(reader) for reader in readers] == [[("“Emma” is on the shelf", f"/books/{emma.pk}/")]] * 3
    assert [mail.to for mail in mailoutbox] == [[reader.email] for reader in readers]
    assert list(Watch.objects.values_list("pk", flat=True)) == [elsewhere.pk]


def test_told_once_however_often_the_event_arrives_and_again_only_for_a_new_watch(emma: Book) -> None:
    reader = patron(balance="0")
    WatchFactory(user=reader, book=emma)
    comes_back(emma)
    deliver_pending()
    Delivery.objects.filter(event__name="book.availability_changed").update(status="waiting")
    deliver_pending()
    assert len(told(reader)) == 1
    WatchFactory(user=reader, book=emma)
    tell_available(book_id=emma.pk)
    assert (len(told(reader)), watches(emma)) == (2, [])


def test_while_somebody_waits_the_copy_is_theirs_and_nobody_else_is_told(emma: Book, now: datetime) -> None:
    watch, waiting = WatchFactory(book=emma), patron()
    comes_back(emma)
    held = reserve(patron(), emma, now)
    place = reserve(waiting, emma, now)
    reservations.services.cancel(reservation_id=held.pk, now=now)
    deliver_pending()
    assert reservations.queries.reservations().get(pk=place.pk).status == "ready"
    assert (told(watch.user), watches(emma)) == ([], [watch.user_id])


@pytest.mark.parametrize("change", [{"is_lendable": False}, {"withdrawn_at": "2026-11-22T00:00:00Z"}])
def test_a_book_that_is_not_lent_is_not_told_of(emma: Book, change: dict[str, Any]) -> None:
    watch = WatchFactory(book=emma)
    Book.objects.filter(pk=emma.pk).update(**change)
    comes_back(emma)
    deliver_pending()
    assert (told(watch.user), watches(emma)) == ([], [watch.user_id])


def test_a_copy_that_is_gone_before_it_is_told_leaves_the_watch(emma: Book, now: datetime) -> None:
    watch = WatchFactory(book=emma)
    comes_back(emma)
    reserve(patron(), emma, now)
    deliver_pending()
    assert (told(watch.user), watches(emma)) == ([], [watch.user_id])


def test_a_copy_that_is_gone_before_the_mail_is_sent_is_not_mailed_of(
    emma: Book, now: datetime, mailoutbox: list[Any]
) -> None:
    watch = WatchFactory(book=emma)
    comes_back(emma)
    for delivery in Delivery.objects.filter(handler="watching.handlers.tell_watchers"):
        deliver(delivery_id=delivery.pk, attempts=0)
    reserve(patron(), emma, now)
    deliver_pending()
    assert (len(told(watch.user)), watches(emma)) == (1, [])
    assert [mail for mail in mailoutbox if mail.to == [watch.user.email]] == []


def test_who_has_asked_for_the_book_is_left_in_peace_and_goes_on_watching(emma: Book, now: datetime) -> None:
    """The first copy is held for them; the second is free for others."""
    reader, other = patron(), WatchFactory(book=emma).user
    WatchFactory(user=reader, book=emma)
    comes_back(emma)
    reserve(reader, emma, now)
    books.services.add_copy(book_id=emma.pk)
    deliver_pending()
    assert (told(reader), len(told(other)), watches(emma)) == ([], 1, [reader.pk])


def test_a_loan_ends_the_borrowers_watch_and_no_others(emma: Book, now: datetime) -> None:
    reader, other = patron(), WatchFactory(book=emma).user
    WatchFactory(user=reader, book=emma)
    comes_back(emma)
    held = reserve(reader, emma, now)
    reservations.services.check_out(reservation_id=held.pk, now=now)
    deliver_pending()
    assert watches(emma) == [other.pk]
    reservations.services.return_copy(reservation_id=held.pk, now=now + timedelta(days=1))
    deliver_pending()
    assert (told(reader), len(told(other))) == ([], 1)


def test_a_loan_that_is_over_ends_no_later_watch(emma: Book, now: datetime) -> None:
    reader = patron()
    comes_back(emma)
    held = reserve(reader, emma, now)
    reservations.services.check_out(reservation_id=held.pk, now=now)
    reservations.services.return_copy(reservation_id=held.pk, now=now + timedelta(days=1))
    reserve(patron(), emma, now)
    WatchFactory(user=reader, book=emma)
    deliver_pending()
    assert watches(emma) == [reader.pk]


def test_hundreds_are_told_in_batches_and_one_who_left_stops_nobody(
    emma: Book, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watching.services.telling.AT_ONCE", 2)
    readers = [WatchFactory(book=emma).user for _ in range(5)]
    User.objects.filter(pk=readers[1].pk).update(erased_at=now)
    comes_back(emma)
    deliver_pending()
    assert [len(told(reader)) for reader in readers] == [1, 0, 1, 1, 1]


def test_mail_only_for_who_wants_it_and_in_their_language(emma: Book, mailoutbox: list[Any], settings: Any) -> None:
    silent, other = WatchFactory(book=emma).user, WatchFactory(book=emma, user__language="en").user
    Preference.objects.create(user=silent, kind=Kind.BOOK_AVAILABLE, by_mail=False)
    comes_back(emma)
    deliver_pending()
    assert [mail.to for mail in mailoutbox] == [[other.email]]
    assert len(told(silent)) == len(told(other)) == 1


def test_with_the_book_its_watches_go(emma: Book, now: datetime) -> None:
    WatchFactory(book=emma)
    books.services.withdraw_or_delete_book(book_id=emma.pk, now=now)
    assert not Book.objects.filter(pk=emma.pk).exists()
    assert not Watch.objects.exists()
