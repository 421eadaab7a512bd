"""Places and loans follow their patron's plan, whatever happens meanwhile (rules.md, "Plans" and "PENDING")."""

from datetime import timedelta
from decimal import Decimal

import pytest

import books.services
import subscriptions.services
from reservations import services
from reservations.models import Reservation, Status
from reservations.services.priority import follow_plan
from reservations.standing import LimitReached, QuotaReached
from subscriptions.models import Subscription
from tests.factories.lending import book_with_copies, lent, reserved
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


def test_who_falls_to_free_keeps_the_loans_and_gets_no_more_than_free_gives(now) -> None:
    """Two loans and a place for 14 days; an hour later the plan is over, and no job has come by."""
    reader, wanted, other = patron(plan="PREMIUM"), book_with_copies(1), book_with_copies(1)
    holder = reserved(patron(), wanted, now)
    loans = [lent(reader, book_with_copies(1), now, days=14) for _ in range(2)]
    place = reserved(reader, wanted, now, days=14)
    started, ends_at = now - timedelta(days=30), now + timedelta(hours=1)
    Subscription.objects.filter(user=reader).update(period_started_at=started, period_ends_at=ends_at)

    services.cancel(reservation_id=holder.pk, now=ends_at)
    place.refresh_from_db()
    assert (place.status, place.told_reasons) == (Status.PENDING, ["limit"])
    with pytest.raises(LimitReached):
        reserved(reader, other, ends_at)
    with pytest.raises(services.NotExtendable, match="as long as the plan allows"):
        services.extend(reservation_id=loans[0].pk, now=ends_at)
    for loan in loans:
        services.return_copy(reservation_id=loan.pk, now=ends_at)
    with pytest.raises(QuotaReached):
        reserved(reader, other, ends_at)

    services.allocate(book_id=wanted.pk, now=now + timedelta(days=7))
    place.refresh_from_db()
    assert (place.status, place.days, place.price, place.discount_name) == (Status.READY, 7, Decimal("0.70"), "")
