from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from library_portal.notifications.models import Notification
from library_portal.outbox import record
from library_portal.outbox.delivery import HandlerFailed, deliver, deliver_pending, replay
from library_portal.outbox.models import Delivery
from tests.outbox.happenings import BellRung, TeaServed, drunk


def serve(cup: int = 1, *, spoiled: bool = False) -> int:
    with transaction.atomic():
        return record(TeaServed(cup=cup, spoiled=spoiled))


def thanking() -> Delivery:
    return Delivery.objects.get(handler__endswith=".thank")


def test_every_handler_gets_the_event_once_and_its_delivery_is_done(reader: User) -> None:
    event_id = serve(cup=7)

    deliver_pending()

    assert drunk == [(event_id, {"cup": 7, "spoiled": False})]
    assert list(Notification.objects.values_list("user_id", "key")) == [(reader.pk, "tea:7")]
    assert {(done.status, done.done_at is None, done.attempts) for done in Delivery.objects.all()} == {
        ("done", False, 0)
    }


def test_a_message_that_arrives_again_changes_nothing(reader: User) -> None:
    serve()
    deliver_pending()

    again = [deliver(delivery_id=delivery.pk, attempts=0) for delivery in Delivery.objects.all()]

    assert set(again) == {None}
    assert (len(drunk), Notification.objects.count()) == (1, 1)


def test_a_message_for_a_delivery_that_is_gone_does_nothing(reader: User) -> None:
    assert deliver(delivery_id=10**15, attempts=0) is None


def test_a_failure_takes_back_what_the_handler_wrote_and_waits_for_another_try(reader: User) -> None:
    serve(spoiled=True)
    before = timezone.now()

    deliver(delivery_id=thanking().pk, attempts=0)

    delivery = thanking()
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("waiting", 1, "Spoiled: no sugar")
    assert timedelta(seconds=1) < delivery.send_after - before < timedelta(seconds=10)
    assert not Notification.objects.exists()


def test_a_message_from_before_the_last_failure_is_not_tried(reader: User) -> None:
    serve(spoiled=True)
    deliver(delivery_id=thanking().pk, attempts=0)

    assert deliver(delivery_id=thanking().pk, attempts=0) is None
    assert thanking().attempts == 1


@pytest.mark.django_db
def test_a_run_that_fails_after_another_has_done_it_changes_nothing() -> None:
    with transaction.atomic():
        record(BellRung())
    ringing = Delivery.objects.get()

    deliver(delivery_id=ringing.pk, attempts=0)

    ringing.refresh_from_db()
    assert (ringing.status, ringing.attempts) == ("done", 0)


def test_pauses_grow_with_every_failure(reader: User) -> None:
    serve(spoiled=True)
    pauses = []
    for attempt in range(5):
        started = timezone.now()
        deliver(delivery_id=thanking().pk, attempts=attempt)
        pauses.append((thanking().send_after - started).total_seconds())

    assert [wanted * 0.7 < pause < wanted * 1.5 for wanted, pause in zip([2, 4, 8, 16, 32], pauses, strict=True)] == [
        True
    ] * 5


def test_what_keeps_failing_becomes_a_dead_letter_and_can_be_replayed(reader: User, settings: Any) -> None:
    settings.DELIVERY_MAX_ATTEMPTS = 2
    serve(spoiled=True)
    for attempt in range(2):
        deliver(delivery_id=thanking().pk, attempts=attempt)
    assert (thanking().status, thanking().attempts) == ("dead", 2)
    assert deliver(delivery_id=thanking().pk, attempts=2) is None

    assert replay([thanking().pk], now=timezone.now()) == 1

    assert (thanking().status, thanking().attempts) == ("waiting", 0)


def test_a_handler_that_no_longer_exists_fails_like_any_other(reader: User) -> None:
    serve()
    Delivery.objects.filter(handler__endswith=".thank").update(handler="tests.gone")
    lost = Delivery.objects.get(handler="tests.gone")

    delivery = deliver(delivery_id=lost.pk, attempts=0)

    assert delivery is not None
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("waiting", 1, "KeyError: 'tests.gone'")


def test_delivering_in_a_test_says_loudly_what_failed(reader: User) -> None:
    serve(spoiled=True)

    with pytest.raises(HandlerFailed, match="Spoiled: no sugar"):
        deliver_pending()


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_with_the_same_message_one_does_it(reader: User) -> None:
    serve()
    delivery_id, together, results = thanking().pk, Barrier(2), []

    def work() -> None:
        together.wait()
        results.append(deliver(delivery_id=delivery_id, attempts=0))
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(result is None for result in results) == [False, True]
    assert Notification.objects.count() == 1
