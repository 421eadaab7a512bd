"""Many events at once are the same rows as one by one."""

from datetime import timedelta

import pytest
from django.db import transaction

from library_portal.outbox import record
from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.outbox.recording import done_by_caller, record_many
from tests.outbox.happenings import TeaServed, drink, thank

pytestmark = pytest.mark.django_db


def rows(event_ids):
    """Everything but ids and times."""
    events = OutboxEvent.objects.filter(pk__in=event_ids).order_by("pk").values("name", "payload", "published_at")
    deliveries = Delivery.objects.filter(event__in=event_ids).order_by("event", "handler")
    return [*events], [*deliveries.values("handler", "queue", "status", "sends", "attempts", "last_error", "done_at")]


def test_they_are_what_record_writes_and_keep_their_order():
    happened = [TeaServed(cup=number) for number in range(5)]

    one_by_one = [record(event) for event in happened]
    at_once = record_many(happened)

    assert rows(at_once) == rows(one_by_one)
    assert at_once == sorted(at_once)


@pytest.mark.django_db(transaction=True)
def test_they_need_the_transaction_that_makes_them_true():
    with pytest.raises(transaction.TransactionManagementError):
        record_many([TeaServed(cup=1)])


def test_what_the_caller_does_itself_waits_for_a_lease(settings):
    record_many([TeaServed(cup=1)], later_for=drink)

    waits = {
        delivery.handler.rpartition(".")[2]: delivery.send_after - delivery.event.recorded_at
        for delivery in Delivery.objects.select_related("event")
    }
    lease = timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    assert (waits["drink"] >= lease, waits["thank"] < lease) == (True, True)


def test_what_the_caller_has_done_is_not_sent():
    done, open_ = record_many([TeaServed(cup=1), TeaServed(cup=2)], later_for=drink)

    done_by_caller([done], drink)

    waiting = Delivery.objects.filter(status="waiting").values_list("event", "handler")
    assert sorted(waiting) == sorted(
        [
            (done, f"{thank.__module__}.thank"),
            (open_, f"{thank.__module__}.thank"),
            (open_, f"{drink.__module__}.drink"),
        ]
    )
