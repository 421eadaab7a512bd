"""Many events at once, in one statement, are the rows that each of them needs."""

from datetime import timedelta

import pytest
from django.db import transaction

from library_portal.outbox import record
from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.outbox.recording import done_by_caller, record_many
from tests.outbox.happenings import TeaServed, drink, thank

pytestmark = pytest.mark.django_db


def test_each_has_its_row_and_deliveries_in_the_order_given(django_assert_num_queries):
    with django_assert_num_queries(1):
        ids = record_many([TeaServed(cup=number) for number in range(5)])

    events = OutboxEvent.objects.order_by("pk").values_list("pk", "name", "payload", "published_at")
    assert list(events) == [
        (event_id, "tests.tea_served", {"cup": number, "spoiled": False}, None) for number, event_id in enumerate(ids)
    ]
    handlers = [(f"{drink.__module__}.drink", "circulation"), (f"{thank.__module__}.thank", "notifications")]
    deliveries = Delivery.objects.order_by("event", "handler")
    assert list(deliveries.values_list("event", "handler", "queue", "status", "sends", "attempts", "last_error")) == [
        (event_id, *handler, "waiting", 0, 0, "") for event_id in ids for handler in handlers
    ]


def test_one_that_is_told_otherwise_is_delivered_to_no_handler():
    assert record_many([]) == []
    [event_id] = record_many([TeaServed(cup=1)], is_delivered=False)
    assert (OutboxEvent.objects.get().pk, Delivery.objects.count()) == (event_id, 0)


def test_one_event_takes_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        record(TeaServed(cup=1))


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
