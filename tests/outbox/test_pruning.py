from datetime import timedelta

import pytest
from django.utils import timezone

from library_portal.outbox import pruning, record
from library_portal.outbox.models import Delivery, OutboxEvent
from tests.outbox.happenings import TeaServed

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=8)


def finished(cup: int) -> OutboxEvent:
    event = OutboxEvent.objects.get(pk=record(TeaServed(cup=cup)))
    OutboxEvent.objects.filter(pk=event.pk).update(published_at=timezone.now() - LONG_AGO)
    event.deliveries.update(status="done", done_at=timezone.now() - LONG_AGO)
    return event


def test_what_was_finished_long_ago_goes_and_all_else_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    old = [finished(cup) for cup in range(5)]
    dead = finished(10)
    dead.deliveries.filter(queue="circulation").update(status="dead")
    just_done = finished(11)
    just_done.deliveries.filter(queue="circulation").update(done_at=timezone.now())
    unpublished = finished(12)
    OutboxEvent.objects.filter(pk=unpublished.pk).update(published_at=None)

    assert pruning.prune(now=timezone.now()) == len(old)

    assert set(OutboxEvent.objects.all()) == {dead, just_done, unpublished}
    assert Delivery.objects.count() == 6
