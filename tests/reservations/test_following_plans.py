"""Places in the queues follow their patron's plan, whatever happens meanwhile (rules.md, "PENDING")."""

import pytest

import books.services
import subscriptions.services
from reservations import services
from reservations.models import Reservation, Status
from reservations.services.priority import follow_plan
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def test_who_changes_twice_gets_the_priority_of_the_newer_plan(now, monkeypatch) -> None:
    """The second change comes while the first still waits for the book."""
    book, reader = book_with_copies(1), patron(plan="PLUS")
    services.reserve(user_id=patron().pk, book_id=book.pk, days=7, join_queue=True, now=now)
    place = services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)
    lock_book = books.services.lock_book

    def lock_book_after_another_change(book_id: int) -> object:
        subscriptions.services.set_plan(user_id=reader.pk, plan_code="PREMIUM", now=now)
        return lock_book(book_id=book_id)

    monkeypatch.setattr(books.services, "lock_book", lock_book_after_another_change)
    subscriptions.services.set_plan(user_id=reader.pk, plan_code="FREE", now=now)
    follow_plan(user_id=reader.pk, now=now)
    place.refresh_from_db()
    assert place.priority == 2


def test_who_waits_again_because_a_return_was_undone_stands_by_the_plan_of_now(now) -> None:
    book, next_reader = book_with_copies(1), patron()
    loan = services.reserve(user_id=patron().pk, book_id=book.pk, days=7, join_queue=True, now=now)
    services.reserve(user_id=next_reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)
    services.check_out(reservation_id=loan.pk, now=now)
    services.return_copy(reservation_id=loan.pk, now=now)
    subscriptions.services.set_plan(user_id=next_reader.pk, plan_code="PREMIUM", now=now)
    follow_plan(user_id=next_reader.pk, now=now)
    step = Reservation.objects.get(pk=loan.pk).step
    services.undo_return(reservation_id=loan.pk, step=step, done_at=now, now=now)
    place = Reservation.objects.get(user=next_reader)
    assert (place.status, place.priority) == (Status.PENDING, 2)
