import pytest
from rest_framework.test import APIClient

from accounts.models import User
from library_portal.notifications.models import Kind, Notification, Preference
from tests.factories.people import librarian, person
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
PREFERENCES = "/api/v1/users/me/notification-preferences/"


@pytest.fixture
def reader(api: APIClient) -> User:
    user = person()
    api.credentials(HTTP_AUTHORIZATION=bearer(user)["Authorization"])
    return user


def message(user: User, key: str) -> Notification:
    return Notification.objects.create(user=user, kind=Kind.PAYMENT, key=key, title=key, body="Body", url="/me/")


def test_the_inbox_is_read_in_pages_by_cursor(api: APIClient, reader: User) -> None:
    for number in range(5):
        message(reader, f"m{number}")
    message(person(), "foreign")

    pages, address = [], "/api/v1/notifications/?page_size=2"
    while address:
        answer = api.get(address).json()
        assert answer.keys() == {"next", "previous", "results"}
        pages.append([row["title"] for row in answer["results"]])
        address = answer["next"]

    assert pages == [["m4", "m3"], ["m2", "m1"], ["m0"]]


def test_a_message_in_the_api(api: APIClient, reader: User) -> None:
    one = message(reader, "m")

    [row] = api.get("/api/v1/notifications/").json()["results"]

    created_at = row.pop("created_at")
    assert created_at.endswith("Z")
    assert row == {"id": one.pk, "kind": "payment", "title": "m", "body": "Body", "url": "/me/", "read_at": None}


def test_reading_one_and_all(api: APIClient, reader: User) -> None:
    one, _, foreign = message(reader, "a"), message(reader, "b"), message(person(), "c")

    read = api.post(f"/api/v1/notifications/{one.pk}/read/")
    missing = api.post(f"/api/v1/notifications/{foreign.pk}/read/")
    rest = api.post("/api/v1/notifications/read-all/")

    assert (read.status_code, read.json()["id"]) == (200, one.pk)
    assert read.json()["read_at"].endswith("Z")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (rest.status_code, rest.json()) == (200, {"marked": 1})
    assert list(Notification.objects.filter(read_at=None)) == [foreign]


def test_preferences_have_a_default_and_change_one_kind_at_a_time(api: APIClient, reader: User) -> None:
    before = api.get(PREFERENCES).json()
    after = api.put(PREFERENCES, {"payment": {"by_mail": False}}).json()

    choices = set(Kind) - {Kind.ACCOUNT, Kind.STAFF_DIGEST}
    assert before == {kind: {"by_mail": True, "by_sms": False} for kind in choices}
    assert after == before | {"payment": {"by_mail": False, "by_sms": False}}
    assert list(Preference.objects.values_list("user", "kind", "by_mail")) == [(reader.pk, "payment", False)]


@pytest.mark.parametrize("kind", ["account", "staff_digest", "otp", ""])
def test_what_a_patron_can_not_choose_is_refused_and_nothing_is_changed(
    api: APIClient, reader: User, kind: str
) -> None:
    answer = api.put(PREFERENCES, {"payment": {"by_mail": False}, kind: {"by_mail": False}})

    assert (answer.status_code, answer.json()["code"], set(answer.json()["errors"])) == (
        400,
        "validation_error",
        {kind},
    )
    assert not Preference.objects.exists()


def test_staff_choose_about_their_digest_too(api: APIClient) -> None:
    api.credentials(HTTP_AUTHORIZATION=bearer(librarian())["Authorization"])

    after = api.put(PREFERENCES, {"staff_digest": {"by_sms": True}}).json()

    assert set(after) == set(Kind) - {Kind.ACCOUNT}
    assert after["staff_digest"] == {"by_mail": True, "by_sms": True}


@pytest.mark.parametrize(
    "body", [{"payment": None}, {"payment": {"by_mail": "perhaps"}}, {"payment": []}, {"payment": {"by_sms": None}}]
)
def test_what_is_no_choice_is_refused(api: APIClient, reader: User, body: object) -> None:
    answer = api.put(PREFERENCES, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert not Preference.objects.exists()
