import pytest
from django.db import transaction

from library_portal.outbox import record
from library_portal.outbox.models import Delivery, OutboxEvent
from tests.outbox.happenings import TeaServed


@pytest.mark.django_db(transaction=True)
def test_an_event_needs_the_transaction_that_makes_it_true() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record(TeaServed(cup=1))


@pytest.mark.django_db
def test_an_event_is_one_row_and_one_delivery_per_handler() -> None:
    event_id = record(TeaServed(cup=1))

    assert OutboxEvent.objects.values("id", "name", "payload", "published_at").get() == {
        "id": event_id,
        "name": "tests.tea_served",
        "payload": {"cup": 1, "spoiled": False},
        "published_at": None,
    }
    assert sorted(Delivery.objects.values_list("event_id", "handler", "queue", "status", "attempts")) == [
        (event_id, "tests.outbox.happenings.drink", "circulation", "waiting", 0),
        (event_id, "tests.outbox.happenings.thank", "notifications", "waiting", 0),
    ]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_never_happened() -> None:
    def fail_after_recording() -> None:
        with transaction.atomic():
            record(TeaServed(cup=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_recording()

    assert (OutboxEvent.objects.count(), Delivery.objects.count()) == (0, 0)
