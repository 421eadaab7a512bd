import pytest
from django.test import Client

from accounts.models import User
from library_portal.notifications import send_code
from library_portal.notifications.models import Kind, Notification
from tests.factories.people import person

pytestmark = pytest.mark.django_db


def messages(user: User, number: int) -> list[Notification]:
    return [
        Notification.objects.create(user=user, kind=Kind.PAYMENT, key=f"k{place}", title=f"Message {place}", url="/me/")
        for place in range(number)
    ]


@pytest.fixture
def reader(client: Client) -> User:
    user = person()
    client.force_login(user)
    return user


def test_the_inbox_asks_for_a_login(client: Client) -> None:
    response = client.get("/me/inbox/")

    assert (response.status_code, response["Location"]) == (302, "/login/?next=/me/inbox/")


def test_own_messages_are_shown_and_others_are_not(client: Client, reader: User) -> None:
    messages(reader, 2)
    Notification.objects.create(user=person(), kind=Kind.PAYMENT, key="k", title="Secret")

    page = client.get("/me/inbox/").content.decode()

    assert page.index("Message 1") < page.index("Message 0")
    assert "Secret" not in page


def test_a_long_inbox_has_pages_and_a_page_costs_few_queries(
    client: Client, reader: User, django_assert_max_num_queries: object
) -> None:
    messages(reader, 45)

    with django_assert_max_num_queries(8):  # type: ignore[operator]
        first = client.get("/me/inbox/").content.decode()
    last = client.get("/me/inbox/?page=3").content.decode()

    assert "Message 44" in first
    assert "Message 20" not in first
    assert "Message 0" in last


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "1e3"])
def test_a_page_that_does_not_exist_is_the_nearest_one(client: Client, reader: User, page: str) -> None:
    messages(reader, 1)

    assert "Message 0" in client.get("/me/inbox/", {"page": page}).content.decode()


def test_reading_one_marks_it_once(client: Client, reader: User) -> None:
    first, second = messages(reader, 2)

    client.post(f"/me/inbox/{first.pk}/read/")
    first.refresh_from_db()
    read_at = first.read_at
    client.post(f"/me/inbox/{first.pk}/read/")
    first.refresh_from_db()

    assert read_at is not None
    assert first.read_at == read_at
    assert list(Notification.objects.filter(read_at=None)) == [second]


def test_reading_all_leaves_none_unread(client: Client, reader: User) -> None:
    messages(reader, 3)

    client.post("/me/inbox/read-all/")

    assert not Notification.objects.filter(read_at=None).exists()


def test_the_message_of_another_person_is_not_found(client: Client, reader: User) -> None:
    [foreign] = messages(person(), 1)

    assert client.post(f"/me/inbox/{foreign.pk}/read/").status_code == 404
    assert Notification.objects.filter(read_at=None).count() == 1


def test_opening_goes_to_the_portal_and_nowhere_else(client: Client, reader: User) -> None:
    good, evil = messages(reader, 2)
    Notification.objects.filter(pk=evil.pk).update(url="https://evil.example/")

    opened = [client.post(f"/me/inbox/{one.pk}/read/", {"open": "1"})["Location"] for one in (good, evil)]

    assert opened == ["/me/", "/me/inbox/"]


def test_the_mailbox_page_shows_a_code_to_copy(client: Client) -> None:
    send_code(channel="email", to="ann@library.example", code="493028", minutes=5)

    page = client.get("/dev/mailbox/?to=ann").content.decode()

    assert "ann@library.example" in page
    assert "493028" in page
    assert "493028" not in client.get("/dev/mailbox/?to=bob").content.decode()
