"""Who gets a copy that becomes free (rules.md, "Who gets a copy that becomes free")."""

import sys
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest

import subscriptions.services
from books.models import Book, Copy
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.models import Reservation, Status
from reservations.services.priority import follow_plan
from reservations.tasks import sweep_free_copies
from subscriptions.models import Subscription
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def reserve(user, book, now) -> Reservation:
    return services.reserve(user_id=user.pk, book_id=book.pk, days=7, join_queue=True, now=now)


def state(*reservations: Reservation) -> list[str]:
    return [Reservation.objects.get(pk=reservation.pk).status for reservation in reservations]


def test_priority_first_then_time_of_joining(now) -> None:
    book = book_with_copies(1)
    holder = reserve(patron(), book, now)
    free = reserve(patron(), book, now + timedelta(minutes=1))
    premium = reserve(patron(plan="PREMIUM"), book, now + timedelta(minutes=3))
    plus = reserve(patron(plan="PLUS"), book, now + timedelta(minutes=2))
    order = []
    for current in (holder, premium, plus, free):
        services.cancel(reservation_id=current.pk, now=now)
        order += Reservation.objects.filter(status=Status.READY).values_list("pk", flat=True)
    assert order == [premium.pk, plus.pk, free.pk]


def test_who_is_not_eligible_keeps_the_place_and_is_told_once_per_reason(now) -> None:
    book = book_with_copies(1)
    holder = reserve(patron(), book, now)
    poor = patron(balance="0")
    first, second = reserve(poor, book, now), reserve(patron(), book, now)
    services.cancel(reservation_id=holder.pk, now=now)
    assert state(first, second) == [Status.PENDING, Status.READY]
    services.cancel(reservation_id=second.pk, now=now)
    passed_over = OutboxEvent.objects.filter(name="reservation.passed_over").values_list("payload", flat=True)
    assert [(one["reservation_id"], one["reason"]) for one in passed_over] == [(first.pk, "funds")]


def test_who_is_passed_over_is_told_the_reason(now) -> None:
    """Too poor; with all the copies that Free gives; with a book that is overdue by then."""
    book, poor, full, late = book_with_copies(1), patron(balance="0"), patron(), patron()
    holder = reserve(patron(), book, now)
    reserve(full, book_with_copies(1), now)
    services.check_out(reservation_id=reserve(late, book_with_copies(1), now).pk, now=now)
    places = [reserve(reader, book, now) for reader in (poor, full, late)]
    services.cancel(reservation_id=holder.pk, now=now + timedelta(days=8))
    told = [Reservation.objects.get(pk=place.pk).told_reasons for place in places]
    assert told == [["funds"], ["limit"], ["blocked"]]


def test_a_top_up_brings_the_copy(now) -> None:
    book = book_with_copies(1)
    holder = reserve(patron(), book, now)
    poor = patron(balance="0")
    place = reserve(poor, book, now)
    services.cancel(reservation_id=holder.pk, now=now)
    payment = subscriptions.services.start_top_up(user_id=poor.pk, amount=Decimal(5), provider="test")
    subscriptions.services.confirm_payment(payment_id=payment.pk, now=now)
    services.allocate_for_patron(user_id=poor.pk, now=now)
    assert state(place) == [Status.READY]


def test_who_joins_has_the_free_copy_although_the_server_dies_before_it_looks_for_one(now, monkeypatch) -> None:
    book, late = book_with_copies(1), patron()
    holder = reserve(patron(), book, now)
    reserve(patron(balance="0"), book, now)
    services.cancel(reservation_id=holder.pk, now=now)
    deliver_pending()
    monkeypatch.setattr(import_module("reservations.services.reserve"), "allocate", lambda **_asked: sys.exit())
    with pytest.raises(SystemExit):
        reserve(late, book, now)
    place = Reservation.objects.get(user=late)
    assert place.status == Status.PENDING
    deliver_pending()
    assert state(place) == [Status.READY]


def test_a_paused_place_is_passed_over_and_kept(now) -> None:
    book = book_with_copies(1)
    holder = reserve(patron(), book, now)
    paused, next_one = reserve(patron(), book, now), reserve(patron(), book, now)
    Reservation.objects.filter(pk=paused.pk).update(paused_until=date(2026, 11, 10))
    services.cancel(reservation_id=holder.pk, now=now)
    assert state(paused, next_one) == [Status.PENDING, Status.READY]


def test_a_plan_change_moves_the_place_but_keeps_the_time_of_joining(now) -> None:
    book = book_with_copies(1)
    reserve(patron(), book, now)
    riser = patron()
    ahead, place = reserve(patron(plan="PLUS"), book, now), reserve(riser, book, now)
    subscriptions.services.set_plan(user_id=riser.pk, plan_code="PREMIUM", now=now)
    follow_plan(user_id=riser.pk, now=now)
    moved = Reservation.objects.get(pk=place.pk)
    assert (moved.priority, moved.joined_at) == (2, place.joined_at)
    assert Reservation.objects.filter(status=Status.PENDING).order_by("-priority", "joined_at").first() == moved
    assert ahead.priority == 1


def test_the_sweep_finds_what_a_crash_left_behind(now) -> None:
    book = book_with_copies(1)
    reserve(patron(), book, now)
    waiting = reserve(patron(), book, now)
    Copy.objects.create(book=book, barcode="arrived-unnoticed")
    assert sweep_free_copies() == 1
    assert state(waiting) == [Status.READY]
    assert Book.objects.get(pk=book.pk).waiting_count == 0


def test_a_withheld_book_is_given_to_nobody(now) -> None:
    book = book_with_copies(1)
    holder = reserve(patron(), book, now)
    waiting = reserve(patron(), book, now)
    Book.objects.update(is_lendable=False)
    services.cancel(reservation_id=holder.pk, now=now)
    assert state(waiting) == [Status.PENDING]


def test_everybody_hears_how_many_still_wait(now) -> None:
    book = book_with_copies(1)
    holder = reserve(patron(), book, now)
    for _ in range(3):
        reserve(patron(), book, now)
    services.cancel(reservation_id=holder.pk, now=now)
    told = OutboxEvent.objects.filter(name="book.availability_changed").order_by("pk").last()
    assert told is not None
    assert told.payload == {"book_id": book.pk, "free_copies": 0, "waiting": 2}


def test_a_plan_that_ran_out_no_longer_goes_first(now) -> None:
    book = book_with_copies(1)
    holder = reserve(patron(), book, now)
    lapsed = patron(plan="PREMIUM")
    early, late = reserve(patron(), book, now), reserve(lapsed, book, now + timedelta(minutes=1))
    Subscription.objects.filter(user=lapsed).update(
        period_started_at=now - timedelta(days=30), period_ends_at=now + timedelta(hours=1)
    )
    services.cancel(reservation_id=holder.pk, now=now + timedelta(hours=2))
    assert state(early, late) == [Status.READY, Status.PENDING]
    services.cancel(reservation_id=early.pk, now=now + timedelta(hours=2))
    assert state(late) == [Status.READY]


def test_a_long_queue_of_people_without_money_is_looked_through_in_few_queries(
    now, django_assert_max_num_queries
) -> None:
    book = book_with_copies(1)
    holder = reserve(patron(), book, now)
    poor = [reserve(patron(balance="0"), book, now) for _ in range(120)]
    rich = reserve(patron(), book, now)
    services.cancel(reservation_id=holder.pk, now=now)
    assert state(rich) == [Status.READY]
    services.cancel(reservation_id=rich.pk, now=now)
    with django_assert_max_num_queries(50):
        assert services.allocate(book_id=book.pk, now=now).held == []
    passed_over = OutboxEvent.objects.filter(name="reservation.passed_over")
    assert [event.payload["reservation_id"] for event in passed_over.order_by("pk")] == [place.pk for place in poor]
