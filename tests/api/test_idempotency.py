"""`Idempotency-Key` on a POST that moves a copy or money (api.md)."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from library_portal.api import idempotency
from library_portal.api.models import KeptAnswer
from library_portal.api.tasks import forget_kept_answers
from subscriptions.models import Payment
from tests.factories.people import patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

CHARGE = "/api/v1/users/charge/"
BODY = {"amount": "10.00", "provider": "test"}


@pytest.fixture
def payer(api: APIClient) -> User:
    user = patron()
    log_in(api, user)
    return user


def log_in(api: APIClient, user: User) -> None:
    api.credentials(HTTP_AUTHORIZATION=bearer(user)["Authorization"])


def charge(api: APIClient, key: str = "one", body: dict[str, Any] = BODY) -> Any:
    return api.post(CHARGE, body, headers={"Idempotency-Key": key})


def test_the_same_request_gets_the_first_answer_and_is_not_carried_out_twice(api: APIClient, payer: User) -> None:
    first, second = charge(api), charge(api)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second["Content-Type"] == first["Content-Type"] == "application/json"
    assert (first.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert Payment.objects.count() == 1


def test_another_key_is_another_request(api: APIClient, payer: User) -> None:
    assert charge(api, "one").json()["id"] != charge(api, "two").json()["id"]


def test_without_a_key_every_request_counts(api: APIClient, payer: User) -> None:
    for _ in range(2):
        api.post(CHARGE, BODY)

    assert (Payment.objects.count(), KeptAnswer.objects.count()) == (2, 0)


def test_the_key_with_another_body_is_refused(api: APIClient, payer: User) -> None:
    charge(api)

    refused = charge(api, body=BODY | {"amount": "11.00"})

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_mismatch")
    assert Payment.objects.count() == 1


def test_the_key_of_another_person_is_another_key(api: APIClient, payer: User) -> None:
    first = charge(api)
    log_in(api, patron())

    assert charge(api).json()["id"] != first.json()["id"]


def test_a_refusal_is_kept_like_any_answer(api: APIClient, payer: User) -> None:
    first = charge(api, body={"amount": "0.01", "provider": "test"})
    second = charge(api, body={"amount": "0.01", "provider": "test"})

    assert (first.status_code, second.content) == (400, first.content)
    assert second["Content-Type"] == "application/problem+json"
    assert second["Idempotency-Replayed"] == "true"


def test_while_the_first_runs_the_second_is_told_to_wait(api: APIClient, payer: User) -> None:
    charge(api)
    KeptAnswer.objects.update(status=None, content=b"")

    waiting = charge(api)

    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_in_progress")
    assert waiting["Retry-After"] == "1"


def test_a_process_that_died_does_not_block_its_key_for_ever(api: APIClient, payer: User) -> None:
    charge(api)
    KeptAnswer.objects.update(status=None, content=b"", claimed_at=timezone.now() - idempotency.LEASE)

    assert charge(api).status_code == 201


def test_after_a_day_the_key_is_new(api: APIClient, payer: User) -> None:
    first = charge(api)
    KeptAnswer.objects.update(claimed_at=timezone.now() - timedelta(hours=24))

    assert charge(api, body=BODY | {"amount": "11.00"}).json()["id"] != first.json()["id"]


def test_a_failure_of_ours_is_not_kept(api: APIClient, payer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as database_away:
        database_away.setattr("subscriptions.services.start_top_up", away)
        failed = charge(api)

    assert (failed.status_code, failed["Retry-After"]) == (503, "5")
    assert charge(api).status_code == 201


def test_a_crash_is_not_kept(api: APIClient, payer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    api.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("subscriptions.services.start_top_up", lambda **_: 1 / 0)
        crashed = charge(api)

    assert (crashed.status_code, crashed.json()["code"]) == (500, "internal_error")
    assert charge(api).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_is_1_to_255_printable_characters(api: APIClient, payer: User, key: str) -> None:
    refused = charge(api, key)

    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["Idempotency-Key"])
    assert not Payment.objects.exists()


def test_a_longest_key_works(api: APIClient, payer: User) -> None:
    assert charge(api, "x" * 255).status_code == 201


def test_old_answers_are_forgotten(api: APIClient, payer: User) -> None:
    charge(api, "old")
    KeptAnswer.objects.update(claimed_at=timezone.now() - timedelta(hours=25))
    charge(api, "new")

    assert forget_kept_answers() == 1
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["new"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_runs_and_the_others_are_told_to_wait() -> None:
    user_id, together, outcomes = patron().pk, Barrier(8), []

    def send() -> None:
        together.wait()
        try:
            idempotency.claim(user_id=user_id, path=CHARGE, key="one", body=b"{}", now=timezone.now())
            outcomes.append("runs")
        except idempotency.IdempotencyInProgress:
            outcomes.append("waits")
        finally:
            connection.close()

    requests = [Thread(target=send) for _ in range(8)]
    for request in requests:
        request.start()
    for request in requests:
        request.join()

    assert sorted(outcomes) == ["runs"] + ["waits"] * 7
