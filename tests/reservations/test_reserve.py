"""Asking for a book: held at once when nobody waits, else a place in the queue (rules.md)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import subscriptions.services
from books.models import Copy
from library_portal.outbox.models import OutboxEvent
from reservations import queries, services
from reservations.models import Reservation, Status
from reservations.standing import Blocked, DurationTooLong, LimitReached, QuotaReached
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def reserve(user, book, now, days=None, join_queue=True) -> Reservation:
    return services.reserve(user_id=user.pk, book_id=book.pk, days=days, join_queue=join_queue, now=now)


def test_a_free_copy_is_held_for_48_hours_and_charged(now) -> None:
    reader, book = patron(balance="5.00"), book_with_copies(1)
    held = reserve(reader, book, now, days=7)
    assert (held.status, held.price, held.hold_until) == (Status.READY, Decimal("0.70"), now + timedelta(hours=48))
    assert held.copy.status == Copy.Status.HELD
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.30")


def test_the_plans_longest_loan_is_the_default(now) -> None:
    assert reserve(patron(plan="PREMIUM"), book_with_copies(1), now).days == 14


def test_without_a_free_copy_the_patron_joins_the_queue_and_pays_nothing(now) -> None:
    book = book_with_copies(1)
    reserve(patron(), book, now)
    second, third = patron(balance="0"), patron(balance="0")
    for reader in (second, third):
        assert reserve(reader, book, now).status == Status.PENDING
    places = queries.with_places(queries.reservations().filter(status=Status.PENDING).order_by("pk"))
    assert [(place.queue_position, place.queue_length) for place in places] == [(1, 2), (2, 2)]


def test_who_does_not_want_to_wait_is_refused_instead(now) -> None:
    book = book_with_copies(1)
    reserve(patron(), book, now)
    with pytest.raises(services.BookUnavailable):
        reserve(patron(), book, now, join_queue=False)
    assert Reservation.objects.count() == 1


def test_a_book_without_lendable_copies_is_unavailable(now) -> None:
    book = book_with_copies(1)
    Copy.objects.update(status=Copy.Status.UNAVAILABLE, reason="lost")
    with pytest.raises(services.BookUnavailable):
        reserve(patron(), book, now)


def test_one_open_reservation_per_patron_and_book(now) -> None:
    reader, book = patron(plan="PREMIUM"), book_with_copies(2)
    reserve(reader, book, now)
    with pytest.raises(services.AlreadyReserved):
        reserve(reader, book, now)


def test_a_loan_longer_than_the_plan_allows_is_refused(now) -> None:
    with pytest.raises(DurationTooLong):
        reserve(patron(), book_with_copies(1), now, days=8)


def test_free_holds_one_copy_at_once(now) -> None:
    reader = patron()
    reserve(reader, book_with_copies(1), now)
    with pytest.raises(LimitReached):
        reserve(reader, book_with_copies(1), now)


def test_free_makes_one_new_hold_in_7_days(now) -> None:
    reader = patron()
    first = reserve(reader, book_with_copies(1), now)
    services.cancel(reservation_id=first.pk, now=now)
    with pytest.raises(QuotaReached):
        reserve(reader, book_with_copies(1), now + timedelta(days=6))
    assert reserve(reader, book_with_copies(1), now + timedelta(days=7, seconds=1)).status == Status.READY


def test_holds_count_for_7_days_however_short_a_time_the_frequent_reader_rule_looks_back(now, settings) -> None:
    settings.FREQUENT_READER_DAYS = 1
    reader = patron()
    services.cancel(reservation_id=reserve(reader, book_with_copies(1), now).pk, now=now)
    with pytest.raises(QuotaReached):
        reserve(reader, book_with_copies(1), now + timedelta(days=6))


def test_an_empty_wallet_is_refused_with_the_shortfall_and_nothing_changes(now) -> None:
    reader, book = patron(balance="0.20"), book_with_copies(1)
    with pytest.raises(subscriptions.services.InsufficientFunds) as refusal:
        reserve(reader, book, now, days=7)
    assert refusal.value.extra == {"required": "0.70", "balance": "0.20", "shortfall": "0.50"}
    assert (Reservation.objects.count(), Copy.objects.get(book=book).status) == (0, Copy.Status.AVAILABLE)
    assert not OutboxEvent.objects.filter(name__startswith="reservation.").exists()


def test_a_debt_blocks_new_requests(now) -> None:
    reader = patron(balance="0")
    subscriptions.services.charge_or_owe(
        user_id=reader.pk, amount=Decimal(1), kind="late_fee", reference="reservation:0", key="late"
    )
    with pytest.raises(Blocked):
        reserve(reader, book_with_copies(1), now)


def test_an_overdue_loan_blocks_new_requests(now) -> None:
    reader = patron(plan="PREMIUM")
    loan = reserve(reader, book_with_copies(1), now, days=7)
    services.check_out(reservation_id=loan.pk, now=now)
    assert reserve(reader, book_with_copies(1), now + timedelta(days=7)).status == Status.READY
    with pytest.raises(Blocked):
        reserve(reader, book_with_copies(1), now + timedelta(days=8))


def test_nobody_waits_for_more_than_10_books(now) -> None:
    reader = patron()
    for _ in range(11):
        book = book_with_copies(1)
        reserve(patron(), book, now)
        last = book
        if _ < 10:
            assert reserve(reader, book, now).status == Status.PENDING
    with pytest.raises(services.TooManyPending):
        reserve(reader, last, now)


def test_a_newcomer_never_overtakes_an_eligible_patron(now) -> None:
    book = book_with_copies(1)
    reserve(patron(), book, now)
    waiting = reserve(patron(), book, now)
    Copy.objects.create(book=book, barcode="one-more")
    newcomer = reserve(patron(plan="FREE"), book, now + timedelta(seconds=1))
    waiting.refresh_from_db()
    assert (waiting.status, newcomer.status) == (Status.READY, Status.PENDING)


def test_a_quote_tells_price_and_refusal_and_changes_nothing(now) -> None:
    reader, book = patron(plan="PLUS", balance="0.10"), book_with_copies(1, daily_fee="0.15")
    quote = queries.quote(user_id=reader.pk, book_id=book.pk, days=7, now=now)
    assert (quote.price, quote.discount_name, quote.discount_percent, quote.outcome) == (
        Decimal("0.95"),  # 0.15 × 7 × 0.9 = 0.945, rounded up
        "standing",
        10,
        "ready",
    )
    assert quote.refusal.code == "insufficient_funds"
    assert not Reservation.objects.exists()


def quoted_code(user, book, now) -> str | None:
    refusal = queries.quote(user_id=user.pk, book_id=book.pk, days=None, now=now).refusal
    return refusal and refusal.code


def test_a_quote_tells_what_reserving_would_be_refused_for(now, settings) -> None:
    settings.MAX_PENDING = 1
    reader, lost, own, wanted = patron(plan="PREMIUM"), *(book_with_copies(1) for _ in range(3))
    Copy.objects.filter(book=lost).update(status=Copy.Status.UNAVAILABLE, reason="lost")
    for book in (own, wanted):
        reserve(patron(), book, now)
    assert [quoted_code(reader, book, now) for book in (lost, own, wanted)] == ["unavailable", None, None]
    reserve(reader, own, now)
    assert [quoted_code(reader, book, now) for book in (own, wanted)] == ["already_reserved", "limit_reached"]


def test_a_quote_reads_the_book_once(now) -> None:
    reader, book = patron(), book_with_copies(1)
    with CaptureQueriesContext(connection) as asked:
        queries.quote(user_id=reader.pk, book_id=book.pk, days=7, now=now)
    assert sum("free_copies" in query["sql"] for query in asked.captured_queries) == 1
