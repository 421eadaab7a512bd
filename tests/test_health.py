"""Whoever runs the portal can see what it leans on; only PostgreSQL is indispensable."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from library_portal.outbox import record
from library_portal.outbox.models import Delivery, OutboxEvent
from tests.outbox.happenings import TeaServed

CLOSED_PORT = "1"


def states(answer: Any) -> dict[str, str]:
    return {name: part["state"] for name, part in answer.json()["parts"].items()}


def test_a_live_process_says_so_without_asking_anybody(client: Client) -> None:
    answer = client.get("/health/live/")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_with_everything_up_the_portal_is_ready(client: Client) -> None:
    answer = client.get("/health/ready/")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert states(answer) == dict.fromkeys(["postgresql", "outbox", "redis", "broker", "search"], "ok")
    assert all(part["milliseconds"] >= 0 for part in answer.json()["parts"].values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "url", "part"),
    [
        ("REDIS_URL", f"redis://:hush-hush@127.0.0.1:{CLOSED_PORT}/0", "redis"),
        ("BROKER_URL", f"redis://:hush-hush@127.0.0.1:{CLOSED_PORT}/0", "broker"),
    ],
)
def test_without_a_helper_it_is_degraded_but_ready(
    client: Client, settings: Any, setting: str, url: str, part: str
) -> None:
    setattr(settings, setting, url)

    answer = client.get("/health/ready/")

    assert (answer.status_code, answer.json()["status"], states(answer)[part]) == (200, "degraded", "down")
    assert "hush-hush" not in answer.content.decode()
    assert CLOSED_PORT not in answer.json()["parts"][part]["reason"]


@pytest.mark.django_db
def test_without_rabbitmq_the_broker_is_down(client: Client, settings: Any) -> None:
    settings.BROKER_IS_RABBITMQ = True
    settings.BROKER_URL = f"amqp://guest:hush-hush@127.0.0.1:{CLOSED_PORT}//"

    answer = client.get("/health/ready/")

    assert (answer.status_code, states(answer)["broker"]) == (200, "down")
    assert "hush-hush" not in answer.content.decode()


@pytest.mark.django_db
def test_without_mongodb_search_is_degraded(client: Client, settings: Any) -> None:
    settings.MONGO_URL = f"mongodb://reader:hush-hush@127.0.0.1:{CLOSED_PORT}/library"

    answer = client.get("/health/ready/")

    assert (answer.status_code, answer.json()["status"], states(answer)["search"]) == (200, "degraded", "down")
    assert "hush-hush" not in answer.content.decode()


@pytest.mark.django_db
def test_without_postgresql_it_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", CLOSED_PORT)

    answer = client.get("/health/ready/")

    assert (answer.status_code, answer.json()["status"], states(answer)["postgresql"]) == (503, "down", "down")


@pytest.mark.django_db(transaction=True)
def test_an_outbox_that_nobody_empties_is_late(client: Client) -> None:
    with transaction.atomic():
        event_id = record(TeaServed(cup=1))
    OutboxEvent.objects.filter(pk=event_id).update(recorded_at=timezone.now() - timedelta(minutes=5))
    Delivery.objects.filter(queue="circulation").update(status="dead")

    answer = client.get("/health/ready/")
    outbox = answer.json()["parts"]["outbox"]

    assert (answer.status_code, answer.json()["status"], outbox["state"]) == (200, "degraded", "late")
    assert 300 <= outbox["lag_seconds"] < 400
    assert outbox["dead_letters"] == 1
