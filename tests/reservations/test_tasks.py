"""Periodic work: one bad row stops nobody, everything has its turn, two runs at once do no harm."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

import accounts.services
from books.models import Copy
from library_portal.errors import PortalError
from library_portal.one_by_one import in_turn, on_its_own
from library_portal.outbox.models import OutboxEvent
from reservations import services, tasks
from reservations.models import Reservation, Status
from reservations.standing import AccountClosed
from reservations.tasks import expire_holds, follow_library_calendar, sweep_free_copies
from subscriptions.models import LedgerEntry
from subscriptions.queries import wallet_of
from tests.factories.broken_rows import break_row
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=3)


@pytest.fixture
def now() -> datetime:
    """The real clock's, as tasks have no other."""
    return timezone.now()


def hold(at: datetime) -> Reservation:
    reader, book = patron(), book_with_copies(1)
    return services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=at)


def waiting_in_vain(at: datetime) -> Reservation:
    """A copy arrived while nobody looked."""
    book = hold(at).book
    place = services.reserve(user_id=patron().pk, book_id=book.pk, days=7, join_queue=True, now=at)
    Copy.objects.create(book=book, barcode=f"unnoticed-{book.pk}")
    return place


def states(reservations: list[Reservation]) -> list[str]:
    return [Reservation.objects.get(pk=one.pk).status for one in reservations]


def at_once(work: Callable[[], int]) -> int:
    """Two threads, let go together; what they return, added up."""
    start, results = Barrier(2), []

    def run() -> None:
        start.wait()
        results.append(work())
        connection.close()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(results)


def test_all_holds_whose_time_has_run_out_end_in_one_run(now, monkeypatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    over, kept = [hold(now - LONG_AGO) for _ in range(5)], hold(now)
    assert expire_holds() == 5
    assert states([*over, kept]) == [Status.EXPIRED] * 5 + [Status.READY]


def test_a_hold_that_cannot_be_ended_does_not_stop_the_others(now, caplog) -> None:
    bad, *others = [hold(now - LONG_AGO) for _ in range(3)]
    break_row(bad)
    expire_holds()
    assert states([bad, *others]) == [Status.READY, Status.EXPIRED, Status.EXPIRED]
    assert [record.getMessage() for record in caplog.records if record.name == "library_portal.one_by_one"] == [
        f"The hold of reservation {bad.pk} was left as it is (ProgrammingError)"
    ]


def test_a_refusal_is_of_this_one_only() -> None:
    done = []
    for number in range(3):
        with on_its_own("Number", number):
            if number == 1:
                raise PortalError
            done.append(number)
    assert done == [0, 2]


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_no_fault_of_a_row() -> None:
    with pytest.raises(OperationalError), on_its_own("Row", 1), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()


def ticking() -> Callable[[], float]:
    """A clock that is a second later each time it is looked at."""
    seconds: Iterator[int] = iter(range(1000))
    return lambda: float(next(seconds))


def of(numbers: list[int]) -> Callable[[int], list[int]]:
    """Two at a time."""
    return lambda after: [number for number in numbers if number > after][:2]


def test_each_run_goes_on_where_the_time_of_the_last_was_over() -> None:
    runs = [list(in_turn("x", of([1, 2, 3, 4, 5]), seconds=3, clock=ticking())) for _ in range(4)]
    assert runs == [[1, 2, 3], [4, 5, 1], [2, 3, 4], [5, 1, 2]]


def test_a_run_with_time_enough_takes_each_once_and_the_next_begins_at_the_first() -> None:
    list(in_turn("x", of([1, 2, 3]), seconds=2, clock=ticking()))
    runs = [list(in_turn("x", of([1, 2, 3, 4]), seconds=99, clock=ticking())) for _ in range(2)]
    assert runs == [[3, 4, 1, 2], [1, 2, 3, 4]]


def test_those_that_stay_do_not_keep_the_others_from_their_turn() -> None:
    """Three can never be done, and each run has time for two."""
    left, done = [1, 2, 3, 4, 5], []
    for _ in range(4):
        for number in in_turn("x", lambda after: of(left)(after), seconds=2, clock=ticking()):
            if number > 3:
                left.remove(number)
                done.append(number)
    assert done == [4, 5]


def test_no_time_at_all_is_enough_for_one() -> None:
    assert [list(in_turn("x", of([1, 2]), seconds=0, clock=ticking())) for _ in range(3)] == [[1], [2], [1]]


def test_the_sweep_goes_on_after_a_book_that_fails(now) -> None:
    bad, good = waiting_in_vain(now), waiting_in_vain(now)
    break_row(bad)
    assert sweep_free_copies() == 1
    assert states([bad, good]) == [Status.PENDING, Status.READY]


def test_the_sweep_gives_a_copy_to_whose_pause_has_ended(now) -> None:
    held = hold(now)
    place = services.reserve(user_id=patron().pk, book_id=held.book_id, days=7, join_queue=True, now=now)
    today = timezone.localdate(now)
    Reservation.objects.filter(pk=place.pk).update(paused_until=today + timedelta(days=1))
    services.cancel(reservation_id=held.pk, now=now)
    assert (sweep_free_copies(), states([place])) == (0, [Status.PENDING])
    Reservation.objects.filter(pk=place.pk).update(paused_until=today)
    assert (sweep_free_copies(), states([place])) == (1, [Status.READY])


def test_who_is_closed_is_passed_over_without_a_word(now) -> None:
    held = hold(now)
    closed, next_one = [
        services.reserve(user_id=patron().pk, book_id=held.book_id, days=7, join_queue=True, now=now) for _ in range(2)
    ]
    accounts.services.deactivate(user_id=closed.user_id, now=now)
    services.cancel(reservation_id=held.pk, now=now)
    assert states([closed, next_one]) == [Status.PENDING, Status.READY]
    assert Reservation.objects.get(pk=closed.pk).told_reasons == []
    assert not OutboxEvent.objects.filter(name="reservation.passed_over").exists()


def test_who_is_closed_is_refused_in_plain_words(now) -> None:
    reader = patron()
    accounts.services.deactivate(user_id=reader.pk, now=now)
    with pytest.raises(AccountClosed, match=r"This account is closed\."):
        services.reserve(user_id=reader.pk, book_id=book_with_copies(1).pk, days=7, join_queue=True, now=now)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_give_each_copy_once(now) -> None:
    places = [waiting_in_vain(now) for _ in range(6)]
    assert at_once(sweep_free_copies) == 6
    assert states(places) == [Status.READY] * 6
    charged = LedgerEntry.objects.filter(kind="reservation", wallet__user__in=[place.user_id for place in places])
    assert list(charged.values_list("amount", flat=True)) == [Decimal("-0.70")] * 6


@pytest.mark.django_db(transaction=True)
def test_two_who_end_the_same_holds_give_the_money_back_once(now) -> None:
    over = [hold(now - LONG_AGO) for _ in range(6)]
    at_once(expire_holds)
    assert states(over) == [Status.EXPIRED] * 6
    assert [wallet_of(user_id=one.user_id).balance for one in over] == [Decimal("50.00")] * 6
    assert LedgerEntry.objects.filter(kind="refund").count() == 6


def test_what_was_held_while_the_calendar_changed_follows_it_within_an_hour(now) -> None:
    lent = services.check_out(reservation_id=hold(now).pk, now=now)
    assert isinstance(lent.due_on, date)
    services.close_library(first_on=lent.due_on, last_on=lent.due_on, reason="Works", now=now)
    follow_library_calendar()
    assert Reservation.objects.get(pk=lent.pk).due_on == lent.due_on + timedelta(days=1)
