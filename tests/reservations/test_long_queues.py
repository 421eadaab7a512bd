"""A queue too long to be looked along at once: step by step, and nobody eligible is overtaken in between."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

import subscriptions.services
from books.models import Book, Copy
from library_portal.outbox.delivery import deliver, deliver_pending
from library_portal.outbox.models import Delivery, OutboxEvent
from reservations import services
from reservations.desk.answers import of_taking_in
from reservations.models import Reservation, Status
from reservations.places import ORDER
from reservations.services import desk, looking
from reservations.tasks import sweep_free_copies
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron
from tests.factories.queues import line_of

pytestmark = pytest.mark.django_db

Queue = list[Reservation]


@pytest.fixture(autouse=True)
def three_places_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PLACES_AT_ONCE", 3)
    monkeypatch.setattr(looking, "LOOK_AHEAD", 2)


@pytest.fixture
def now() -> datetime:
    """The real clock's, as the workers have no other."""
    return timezone.now()


@pytest.fixture
def book() -> Book:
    return book_with_copies(1)


@pytest.fixture
def loan(book: Book, now: datetime) -> Reservation:
    return lent(patron(), book, now)


@pytest.fixture
def queue(loan: Reservation, book: Book, now: datetime) -> Queue:
    """Seven who have no money, and behind them one who has."""
    line_of(book, 7, now=now)
    reserved(patron(), book, now + timedelta(minutes=1))
    return list(Reservation.objects.filter(book=book, status=Status.PENDING).order_by(*ORDER))


def status(place: Reservation) -> str:
    return Reservation.objects.get(pk=place.pk).status


def told() -> list[int]:
    passed_over = OutboxEvent.objects.filter(name="reservation.passed_over").order_by("pk")
    return list(passed_over.values_list("payload__reservation_id", flat=True))


def steps() -> list[Delivery]:
    """Those to be taken; what else the workers have to do comes late in these tests."""
    return list(Delivery.objects.filter(event__name="allocation.continued", status="waiting").order_by("pk"))


def take_a_step() -> None:
    for step in steps():
        deliver(delivery_id=step.pk, attempts=step.attempts)


def take_all_steps() -> int:
    taken = 0
    while steps():
        take_a_step()
        taken += 1
    return taken


def top_up(place: Reservation) -> None:
    payment = subscriptions.services.start_top_up(user_id=place.user_id, amount=Decimal(5), provider="test")
    subscriptions.services.confirm_payment(payment_id=payment.pk, now=timezone.now())


def test_a_return_looks_at_so_many_and_the_workers_go_on(loan, queue, now) -> None:
    result = services.return_copy(reservation_id=loan.pk, now=now)
    assert (result.next_reservation_id, told(), len(steps())) == (None, [one.pk for one in queue[:3]], 1)
    take_a_step()
    assert (told(), status(queue[7])) == ([one.pk for one in queue[:6]], Status.PENDING)
    take_a_step()
    assert (told(), status(queue[7])) == ([one.pk for one in queue[:7]], Status.READY)


def test_with_nobody_eligible_the_look_ends_and_the_copy_stays_on_the_shelf(loan, queue, book, now) -> None:
    services.cancel(reservation_id=queue[7].pk, now=now)
    services.return_copy(reservation_id=loan.pk, now=now)
    assert (take_all_steps(), Copy.objects.get(book=book).status) == (2, "available")
    assert told() == [one.pk for one in queue[:7]]


def test_every_copy_finds_its_reader_however_far_behind(loan, queue, book, now) -> None:
    last = reserved(patron(), book, now + timedelta(minutes=10))
    Copy.objects.create(book=book, barcode="second")
    services.return_copy(reservation_id=loan.pk, now=now)
    take_all_steps()
    assert [status(one) for one in (queue[7], last)] == [Status.READY] * 2


CHANGES: dict[str, Callable[[Reservation, datetime], object]] = {
    "has money": lambda place, now: top_up(place),
    "owes nothing any more": lambda place, now: top_up(place),
    "ends a pause": lambda place, now: services.pause(reservation_id=place.pk, until=None, now=now),
    "is on another plan": lambda place, now: subscriptions.services.set_plan(
        user_id=place.user_id, plan_code="PREMIUM", now=now
    ),
}


def unable(change: str, place: Reservation, now: datetime) -> None:
    """Only by this change the patron becomes eligible."""
    if change == "owes nothing any more":
        subscriptions.services.charge_or_owe(
            user_id=place.user_id,
            amount=Decimal(1),
            kind=subscriptions.services.EntryKind.LATE_FEE,
            reference="x",
            key=f"owed:{place.pk}",
        )
    if change == "ends a pause":
        top_up(place)
        services.pause(reservation_id=place.pk, until=now.date() + timedelta(days=5), now=now)
    if change == "is on another plan":  # FREE lets nobody have a second copy
        top_up(place)
        reserved(place.user, book_with_copies(1), now)


@pytest.mark.parametrize(("change", "number"), [("has money", 0), *((change, 4) for change in CHANGES)])
def test_who_becomes_eligible_between_two_steps_is_not_overtaken(loan, queue, change, number, now) -> None:
    """Although the workers have not heard of it yet: only the steps are taken."""
    place = queue[number]
    unable(change, place, now)
    services.return_copy(reservation_id=loan.pk, now=now)
    take_a_step()
    CHANGES[change](place, now)
    take_all_steps()
    assert [status(one) for one in (place, queue[7])] == [Status.READY, Status.PENDING]


def test_who_was_just_being_given_money_when_the_look_began_is_not_overtaken(loan, queue, now) -> None:
    """The event has its number before the look's; it is committed when the place has been seen already."""
    early = OutboxEvent.objects.create(name="wallet.credited", payload={})
    services.return_copy(reservation_id=loan.pk, now=now)
    top_up(queue[0])
    late = OutboxEvent.objects.filter(name="wallet.credited").latest("pk")
    OutboxEvent.objects.filter(pk=early.pk).update(payload=late.payload)
    late.delete()
    take_all_steps()
    assert [status(queue[0]), status(queue[7])] == [Status.READY, Status.PENDING]


def test_who_joins_ahead_between_two_steps_is_not_overtaken(loan, queue, book, now) -> None:
    services.return_copy(reservation_id=loan.pk, now=now)
    take_a_step()
    ahead = reserved(patron(plan="PREMIUM"), book, now)
    take_all_steps()
    assert [status(one) for one in (ahead, queue[7])] == [Status.READY, Status.PENDING]


def test_who_is_moved_ahead_between_two_steps_is_not_overtaken(loan, queue, book, now) -> None:
    top_up(last := reserved(patron(), book, now + timedelta(minutes=10)))
    services.return_copy(reservation_id=loan.pk, now=now)
    take_a_step()
    services.move(reservation_id=last.pk, position=5, reason="Waited long", now=now)
    take_all_steps()
    assert [status(one) for one in (last, queue[7])] == [Status.READY, Status.PENDING]


def test_a_copy_that_is_gone_meanwhile_ends_the_look(loan, queue, now) -> None:
    services.return_copy(reservation_id=loan.pk, now=now)
    top_up(queue[0])
    services.allocate_for_patron(user_id=queue[0].user_id, now=now)
    assert (status(queue[0]), take_all_steps(), told()) == (Status.READY, 1, [one.pk for one in queue[:3]])


def test_one_look_along_a_queue_at_a_time_is_enough(loan, queue, book, now) -> None:
    services.return_copy(reservation_id=loan.pk, now=now)
    for _again in range(3):
        assert services.allocate(book_id=book.pk, now=now).goes_on
        reserved(patron(balance="0"), book, now + timedelta(minutes=20))
    assert len(steps()) == 1
    deliver_pending()
    assert status(queue[7]) == Status.READY


def test_a_step_that_fails_is_taken_again(loan, queue, now, monkeypatch) -> None:
    services.return_copy(reservation_id=loan.pk, now=now)
    with monkeypatch.context() as broken:
        broken.setattr(looking, "next_in_queue", lambda **_asked: 1 / 0)
        take_a_step()
    assert [step.attempts for step in steps()] == [1]
    take_all_steps()
    assert status(queue[7]) == Status.READY


def test_a_step_that_can_never_be_taken_is_begun_anew_by_the_sweep(loan, queue, now) -> None:
    services.return_copy(reservation_id=loan.pk, now=now)
    Delivery.objects.filter(event__name="allocation.continued").update(status="dead")
    assert (sweep_free_copies(), len(steps())) == (0, 1)
    take_all_steps()
    assert status(queue[7]) == Status.READY


def test_plans_that_ran_out_are_followed_on_the_way(loan, queue, book, now) -> None:
    Reservation.objects.filter(book=book, status=Status.PENDING).update(priority=2, is_moved=False)
    services.return_copy(reservation_id=loan.pk, now=now)
    take_all_steps()
    assert status(queue[7]) == Status.READY
    assert set(Reservation.objects.filter(book=book, status=Status.PENDING).values_list("priority", flat=True)) == {0}


def test_the_desk_says_that_the_next_reader_is_still_looked_for(loan, queue, book, now) -> None:
    scanned = desk.take_in(barcode=Copy.objects.get(book=book).barcode, now=now)
    assert (scanned.goes_on, scanned.next_hold) == (True, None)
    assert "the next reader is still looked for" in " ".join(of_taking_in(scanned).lines)
    deliver_pending()
    assert status(queue[7]) == Status.READY


def test_a_dry_run_looks_no_further_and_leaves_nothing(loan, queue, book, now) -> None:
    scanned = desk.take_in(barcode=Copy.objects.get(book=book).barcode, now=now, dry_run=True)
    assert (scanned.goes_on, told(), steps(), status(loan)) == (True, [], [], Status.ACTIVE)


def test_at_the_desk_nobody_is_overtaken_who_was_not_looked_at(loan, queue, book, now) -> None:
    services.return_copy(reservation_id=loan.pk, now=now)
    [barcode], seen = Copy.objects.filter(book=book).values_list("barcode", flat=True), queue[2]
    for reader in (patron(), queue[7].user):
        with pytest.raises(desk.LongQueue):
            desk.lend(user_id=reader.pk, barcode=barcode, now=now)
    top_up(seen)
    assert desk.lend(user_id=seen.user_id, barcode=barcode, now=now).reservation == seen


def test_an_offer_stays_where_none_of_the_next_can_take_it(loan, queue, now) -> None:
    top_up(queue[0])
    services.return_copy(reservation_id=loan.pk, now=now)
    with pytest.raises(services.NobodyElse):
        services.defer(reservation_id=queue[0].pk, now=now)
    assert status(queue[0]) == Status.READY
