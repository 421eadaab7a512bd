"""Other days, longer loans and pauses (rules.md, "Changing dates")."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from library_portal.errors import InvalidInput
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.models import Status
from reservations.standing import Blocked, DurationTooLong
from subscriptions.models import LedgerEntry
from subscriptions.queries import wallet_of
from subscriptions.services import InsufficientFunds
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


def balance_of(user) -> Decimal:
    return wallet_of(user_id=user.pk).balance


def moved(user) -> list[tuple[str, Decimal]]:
    entries = LedgerEntry.objects.filter(wallet__user=user).exclude(kind="adjustment").order_by("pk")
    return list(entries.values_list("kind", "amount"))


@pytest.mark.parametrize(
    ("days", "price", "entries"),
    [
        (7, "0.70", [("reservation", "-0.50"), ("reservation", "-0.20")]),
        (2, "0.20", [("reservation", "-0.50"), ("refund", "0.30")]),
        (5, "0.50", [("reservation", "-0.50")]),
    ],
)
def test_other_days_for_a_hold_cost_or_bring_the_difference(now, days: int, price: str, entries: list) -> None:
    reader = patron(balance="5.00")
    held = reserved(reader, book_with_copies(1), now, days=5)
    changed = services.change_days(reservation_id=held.pk, days=days, now=now)
    assert (changed.status, changed.days, changed.price, changed.paid) == (
        Status.READY, days, Decimal(price), Decimal(price),
    )  # fmt: skip
    assert moved(reader) == [(kind, Decimal(amount)) for kind, amount in entries]
    assert services.cancel(reservation_id=held.pk, now=now).refunded == Decimal(price)
    assert balance_of(reader) == Decimal("5.00")


def test_a_hold_keeps_the_discount_that_was_fixed_with_it(now) -> None:
    reader = patron(plan="PLUS", balance="5.00")
    held = reserved(reader, book_with_copies(1, daily_fee="1.00"), now, days=2)
    assert services.change_days(reservation_id=held.pk, days=3, now=now).price == Decimal("2.70")


def test_other_days_while_waiting_cost_nothing_yet(now) -> None:
    book = book_with_copies(1)
    lent(patron(), book, now)
    reader = patron(balance="5.00")
    place = reserved(reader, book, now)
    assert services.change_days(reservation_id=place.pk, days=3, now=now).days == 3
    assert moved(reader) == []


def test_more_days_than_the_wallet_covers_change_nothing(now) -> None:
    reader = patron(balance="0.50")
    held = reserved(reader, book_with_copies(1), now, days=5)
    with pytest.raises(InsufficientFunds):
        services.change_days(reservation_id=held.pk, days=7, now=now)
    held.refresh_from_db()
    assert (held.days, held.paid, held.step) == (5, Decimal("0.50"), 1)


@pytest.mark.parametrize("days", [0, 8])
def test_days_stay_within_the_plan(now, days: int) -> None:
    held = reserved(patron(), book_with_copies(1), now)
    with pytest.raises(DurationTooLong):
        services.change_days(reservation_id=held.pk, days=days, now=now)


def test_the_days_of_a_loan_are_not_changed(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotChangeable):
        services.change_days(reservation_id=loan.pk, days=3, now=now)


def test_an_extension_reaches_the_longest_loan_from_today_and_costs_the_extra_days(now) -> None:
    reader = patron(balance="5.00")
    loan = lent(reader, book_with_copies(1), now)
    longer = services.extend(reservation_id=loan.pk, now=now + timedelta(days=3))
    assert (longer.due_on, longer.days, longer.extensions, longer.paid) == (date(2026, 11, 12), 10, 1, Decimal("1.00"))
    assert moved(reader) == [("reservation", Decimal("-0.70")), ("reservation", Decimal("-0.30"))]
    assert OutboxEvent.objects.filter(name="reservation.extended").get().payload["charged"] == "0.30"


def test_what_was_paid_for_an_extension_counts_when_the_book_is_back_early(now) -> None:
    reader = patron(balance="5.00")
    loan = lent(reader, book_with_copies(1), now)
    services.extend(reservation_id=loan.pk, now=now + timedelta(days=3))
    result = services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=4))
    assert result.refunded == Decimal("0.60")
    assert balance_of(reader) == Decimal("4.60")


@pytest.mark.parametrize(("until", "paid"), [(date(2026, 11, 10), "0.80"), (date(2026, 11, 12), "1.00")])
def test_a_loan_is_extended_to_a_day_up_to_the_plans_longest_loan(now, until: date, paid: str) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    longer = services.extend(reservation_id=loan.pk, until=until, now=now + timedelta(days=3))
    assert (longer.due_on, longer.paid) == (until, Decimal(paid))


def test_a_loan_is_extended_twice_at_most(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    for day in (1, 2):
        services.extend(reservation_id=loan.pk, now=now + timedelta(days=day))
    with pytest.raises(services.NotExtendable, match="extended 2 times"):
        services.extend(reservation_id=loan.pk, now=now + timedelta(days=3))


def test_an_extension_that_gains_nothing_is_refused(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotExtendable, match="lent already for as long"):
        services.extend(reservation_id=loan.pk, now=now)


def test_nobody_extends_what_somebody_waits_for(now) -> None:
    book = book_with_copies(1)
    loan = lent(patron(), book, now)
    reserved(patron(), book, now)
    with pytest.raises(services.QueueNotEmpty):
        services.extend(reservation_id=loan.pk, now=now + timedelta(days=3))


def test_an_overdue_loan_is_not_extended(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotExtendable, match="overdue"):
        services.extend(reservation_id=loan.pk, now=now + timedelta(days=8))


def test_who_is_blocked_extends_nothing(now) -> None:
    reader = patron(plan="PLUS")
    overdue = lent(reader, book_with_copies(1), now, days=1)
    loan = lent(reader, book_with_copies(1), now)
    with pytest.raises(Blocked):
        services.extend(reservation_id=loan.pk, now=now + timedelta(days=3))
    services.return_copy(reservation_id=overdue.pk, now=now + timedelta(days=3))
    assert services.extend(reservation_id=loan.pk, now=now + timedelta(days=3)).extensions == 1


def test_an_extension_stays_within_the_plan(now) -> None:
    loan = lent(patron(), book_with_copies(1), now)
    with pytest.raises(DurationTooLong):
        services.extend(reservation_id=loan.pk, until=date(2026, 11, 13), now=now + timedelta(days=3))


def test_an_extension_that_the_wallet_does_not_cover_changes_nothing(now) -> None:
    loan = lent(patron(balance="0.90"), book_with_copies(1), now)
    with pytest.raises(InsufficientFunds):
        services.extend(reservation_id=loan.pk, now=now + timedelta(days=3))
    loan.refresh_from_db()
    assert (loan.due_on, loan.extensions, loan.paid) == (date(2026, 11, 9), 0, Decimal("0.70"))


def test_extending_all_tells_for_each_loan_what_came_of_it(now) -> None:
    reader, wanted = patron(plan="PLUS"), book_with_copies(1)
    free, waited_for = lent(reader, book_with_copies(1), now, days=3), lent(reader, wanted, now)
    reserved(patron(), wanted, now)
    told = services.extend_all(user_id=reader.pk, now=now + timedelta(days=2))
    assert [(one.reservation.pk, type(one.refusal)) for one in told] == [
        (free.pk, type(None)),
        (waited_for.pk, services.QueueNotEmpty),
    ]


def test_a_paused_place_is_passed_over_and_kept(now) -> None:
    book = book_with_copies(1)
    loan = lent(patron(), book, now)
    first, second = reserved(patron(), book, now), reserved(patron(), book, now + timedelta(minutes=1))
    services.pause(reservation_id=first.pk, until=date(2026, 11, 20), now=now)
    result = services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=1))
    first.refresh_from_db()
    assert (result.next_reservation_id, first.status) == (second.pk, Status.PENDING)


def test_going_on_after_a_pause_takes_a_free_copy_at_once(now) -> None:
    book = book_with_copies(1)
    loan = lent(patron(), book, now)
    place = reserved(patron(), book, now)
    services.pause(reservation_id=place.pk, until=date(2026, 11, 20), now=now)
    services.return_copy(reservation_id=loan.pk, now=now)
    assert services.pause(reservation_id=place.pk, until=None, now=now).status == Status.READY


@pytest.mark.parametrize("until", [date(2026, 11, 1), date(2026, 11, 2), date(2027, 11, 3)])
def test_a_pause_ends_on_a_day_to_come_within_a_year(now, until: date) -> None:
    book = book_with_copies(1)
    lent(patron(), book, now)
    place = reserved(patron(), book, now)
    with pytest.raises(InvalidInput):
        services.pause(reservation_id=place.pk, until=until, now=now)


def test_only_a_place_in_the_queue_is_paused(now) -> None:
    held = reserved(patron(), book_with_copies(1), now)
    with pytest.raises(services.NotPausable):
        services.pause(reservation_id=held.pk, until=date(2026, 11, 20), now=now)
