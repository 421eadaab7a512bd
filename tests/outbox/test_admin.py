from typing import Any

import pytest
from django.test import Client

from accounts.models import Role
from library_portal.outbox import record
from library_portal.outbox.models import Delivery
from tests.factories.people import person
from tests.outbox.happenings import TeaServed

pytestmark = pytest.mark.django_db

DELIVERIES = "/admin/outbox/delivery/"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(person(Role.ADMIN))
    for cup in range(10):
        record(TeaServed(cup=cup))
    Delivery.objects.filter(queue="circulation").update(status="dead", attempts=10, last_error="Spoiled: no sugar")
    return client


@pytest.mark.parametrize("address", [DELIVERIES, "/admin/outbox/outboxevent/"])
def test_the_lists_cost_the_same_however_long(admin: Client, address: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        page = admin.get(address)

    assert page.status_code == 200
    assert "tests.tea_served" in page.content.decode()


def test_dead_letters_are_found_and_replayed(admin: Client) -> None:
    dead = list(Delivery.objects.filter(status="dead").values_list("pk", flat=True))
    assert "10 deliveries" in admin.get(DELIVERIES, {"status__exact": "dead"}).content.decode()

    answer = admin.post(DELIVERIES, {"action": "replay", "_selected_action": dead[:3]}, follow=True)

    assert "3 dead letters are sent again." in answer.content.decode()
    assert Delivery.objects.filter(status="dead").count() == 7
    assert set(Delivery.objects.filter(pk__in=dead[:3]).values_list("status", "attempts")) == {("waiting", 0)}


def test_what_happened_cannot_be_changed(admin: Client) -> None:
    delivery = Delivery.objects.first()
    assert delivery is not None

    page = admin.get(f"{DELIVERIES}{delivery.pk}/change/")

    assert b'name="_save"' not in page.content
    assert admin.post(f"{DELIVERIES}{delivery.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get(f"{DELIVERIES}add/").status_code == 403
