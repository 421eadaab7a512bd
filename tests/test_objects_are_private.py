"""No patron sees or touches what is another's: not by its address, a filter, a field of the body or a header."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Role, Session, User
from library_portal.notifications.models import Kind, Notification
from reservations.models import Reservation
from subscriptions.models import Payment
from tests.api.operations import as_json
from tests.factories.lending import book_with_copies
from tests.factories.people import patron, person
from tests.factories.tokens import bearer
from tests.permissions.asking import API_BODY, PAGE_BODY, logged_in
from tests.permissions.objects import a_payment, a_reservation, a_session, address
from tests.permissions.table import OWN, YES, rows

pytestmark = pytest.mark.django_db

PATRONS = ("customer", "author")
MARK = "somebody-else"
OWNED = [(row.route, method) for row in rows() for method in row.methods if OWN in map(row.cells.get, PATRONS)]
LISTS = [
    row.route
    for row in rows()
    if "GET" in row.methods and row.cells["customer"] == YES and "{" not in row.route and row.route.startswith("/api/")
]
# What a client might put in to be told of it, or to be let in, all the same.
TRICKS = [
    {"If-None-Match": "*"},
    {"If-Match": "*"},
    {"If-Modified-Since": "Thu, 01 Jan 2037 00:00:00 GMT"},
    {"X-HTTP-Method-Override": "GET"},
    {"X-Original-URL": "/api/v1/plans/"},
    {"X-User-Id": "1"},
    {"Range": "bytes=0-9"},
    {"Accept": "text/html"},
]


@pytest.fixture
def victim() -> User:
    """Has something of everything, and all that can be read of it says whose it is."""
    user = patron(username=MARK)
    User.objects.filter(pk=user.pk).update(first_name=f"{MARK}-first", last_name=f"{MARK}-last", phone="+14155550199")
    for make in (a_reservation, a_payment, a_session):
        make(user)
    Session.objects.filter(user=user).update(user_agent=f"{MARK}-device")
    Notification.objects.create(user=user, kind=Kind.ACCOUNT, key="marked", title=f"{MARK}-title", body=f"{MARK}-body")
    return user


def everything_of(user: User) -> dict[str, list[dict[str, Any]]]:
    """Every row that belongs to this person."""
    relations = [relation for relation in User._meta.related_objects if not relation.many_to_many]
    found = {
        f"{one.related_model.__name__}.{one.field.name}": list(
            one.related_model._default_manager.filter(**{one.field.name: user.pk}).order_by("pk").values()
        )
        for one in relations
    }
    return found | {"User": list(User.objects.filter(pk=user.pk).values())}


def test_there_are_objects_and_lists_to_try() -> None:
    assert len(OWNED) > 12
    assert {"/api/v1/reservations/", "/api/v1/notifications/", "/api/v1/users/me/"} <= set(LISTS)


@pytest.mark.parametrize("role", PATRONS)
@pytest.mark.parametrize(("route", "method"), OWNED)
def test_anothers_object_is_not_found_whatever_is_tried(route: str, method: str, role: str, victim: User) -> None:
    stranger = logged_in(person(Role(role)))
    is_api = route.startswith("/api/")
    there = address(route, victim)
    before = everything_of(victim)
    for trick in [{}, *TRICKS]:
        browser = Client(headers=(stranger.token if is_api else stranger.cookie) | trick)
        answer = browser.generic(method, there, **(API_BODY if is_api else PAGE_BODY))
        assert answer.status_code in (404, 406), f"{trick} {answer.status_code}"
        assert MARK not in answer.getvalue().decode()
    assert everything_of(victim) == before


def test_the_owner_finds_what_the_stranger_does_not(victim: User) -> None:
    """The control: the same requests, by the one whose it is."""
    own = Client(headers=bearer(victim))
    place = Reservation.objects.get(user=victim)
    payment = Payment.objects.get(wallet__user=victim)
    assert own.get(f"/api/v1/reservations/{place.pk}/").json()["id"] == place.pk
    assert own.get(f"/api/v1/payments/{payment.pk}/").json()["id"] == payment.pk
    assert MARK in own.get("/api/v1/notifications/").content.decode()
    assert MARK in own.get("/api/v1/auth/sessions/").content.decode()


@pytest.mark.parametrize("route", LISTS)
def test_no_filter_lets_a_patron_see_into_anothers_list(route: str, victim: User) -> None:
    stranger = Client(headers=bearer(patron()))
    place = Reservation.objects.get(user=victim)
    filters = {
        "user": victim.pk,
        "user_id": victim.pk,
        "owner": victim.pk,
        "patron": victim.pk,
        "wallet": victim.wallet.pk,
    }
    filters |= {
        "book": place.book_id,
        "id": place.pk,
        "q": MARK,
        "search": MARK,
        "username": MARK,
        "user__username": MARK,
    }
    asked = [{}, filters, *({name: value} for name, value in filters.items())]
    for query in asked:
        answer = stranger.get(route, query)
        assert answer.status_code in (200, 400), f"{query} {answer.status_code}"
        assert MARK not in answer.getvalue().decode().replace(f"={MARK}", ""), query


def test_a_patrons_list_of_reservations_holds_only_the_patrons_whatever_is_asked(victim: User) -> None:
    stranger = patron()
    own = a_reservation(stranger)
    place = Reservation.objects.get(user=victim)
    caller = Client(headers=bearer(stranger))
    seen = {
        query: [row["id"] for row in caller.get(f"/api/v1/reservations/?{query}").json()["results"]]
        for query in ("", f"user={victim.pk}", f"user_id={victim.pk}", f"book={place.book_id}", "status=pending")
    }
    assert seen == {
        "": [own],
        f"user={victim.pk}": [],
        f"user_id={victim.pk}": [],
        f"book={place.book_id}": [],
        "status=pending": [own],
    }


@pytest.mark.parametrize("name", ["user", "user_id", "patron", "owner", "on_behalf_of"])
def test_a_patron_reserves_and_pays_for_nobody_else(name: str, victim: User) -> None:
    stranger, book = patron(), book_with_copies(1)
    before = everything_of(victim)
    caller = Client(headers=bearer(stranger))
    held = caller.post("/api/v1/reservations/", {"book": book.pk, name: victim.pk}, "application/json")
    caller.post("/api/v1/reservations/quote/", {"book": book.pk, name: victim.pk}, "application/json")
    paid = caller.post(
        "/api/v1/users/charge/", {"amount": "5.00", "provider": "test", name: victim.pk}, "application/json"
    )
    assert [held.status_code, paid.status_code] in ([201, 201], [400, 400], [403, 201])
    assert everything_of(victim) == before
    assert set(Reservation.objects.filter(book=book).values_list("user", flat=True)) <= {stranger.pk}
    assert set(Payment.objects.exclude(wallet__user=victim).values_list("wallet__user", flat=True)) <= {stranger.pk}


WANTED = {
    "id": 1, "pk": 1, "role": "admin", "is_superuser": True, "is_staff": True, "is_active": False, "groups": [1],
    "user_permissions": [1], "balance": "1000.00", "wallet": {"balance": "1000.00"}, "email_verified_at": None,
    "phone_verified_at": "2026-01-01T00:00:00Z", "joined_at": "2000-01-01T00:00:00Z", "password": "a-strangers-choice",
}  # fmt: skip


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize("route", ["/api/v1/users/me/", "/api/v1/users/{pk}/"])
def test_nobody_raises_themselves_by_fields_nobody_offered(route: str, method: str) -> None:
    user = patron()
    before = User.objects.filter(pk=user.pk).values(*kept_fields()).get()
    groups = list(user.groups.values_list("name", flat=True))
    caller = Client(headers=bearer(user))
    caller.generic(method, address(route, user), b"", "application/json")
    for name, value in WANTED.items():
        answer = caller.generic(method, address(route, user), as_json({name: value}), "application/json")
        assert answer.status_code in (200, 400), f"{name} {answer.status_code}"
    assert User.objects.filter(pk=user.pk).values(*kept_fields()).get() == before
    assert list(user.groups.values_list("name", flat=True)) == groups == ["Customers"]


def test_who_signs_up_is_a_customer_whatever_was_asked_for(client: Client) -> None:
    asked = {"username": "mallory", "email": "mallory@library.example", **WANTED, "password": "a-long-passphrase"}
    assert client.post("/api/v1/auth/signup/", asked, "application/json").status_code in (201, 400)
    made = User.objects.filter(username="mallory").values("role", "is_superuser", "is_active", "email_verified_at")
    assert list(made) in (
        [],
        [{"role": "customer", "is_superuser": False, "is_active": True, "email_verified_at": None}],
    )


def test_anothers_idempotency_key_neither_replays_nor_blocks(victim: User) -> None:
    book = book_with_copies(2)
    body, key = {"book": book.pk}, {"Idempotency-Key": "the-same-key"}
    first = Client(headers=bearer(victim) | key).post("/api/v1/reservations/", body, "application/json")
    second = Client(headers=bearer(patron()) | key).post("/api/v1/reservations/", body, "application/json")
    assert [first.status_code, second.status_code] == [201, 201]
    assert "Idempotency-Replayed" not in second
    assert second.json()["id"] != first.json()["id"]


def test_anothers_kept_answer_is_not_replayed_under_the_objects_address(victim: User) -> None:
    place = Reservation.objects.get(user=victim)
    there, key = f"/api/v1/reservations/{place.pk}/checkout/", {"Idempotency-Key": "the-same-key"}
    assert Client(headers=bearer(victim) | key).post(there).status_code == 409
    assert Client(headers=bearer(patron()) | key).post(there).status_code == 404


def test_what_one_patron_read_is_not_kept_for_the_next(victim: User) -> None:
    """Neither a cache nor an entity tag is shared between people."""
    own, stranger = Client(headers=bearer(victim)), Client(headers=bearer(patron()))
    for route in LISTS:
        tag = own.get(route).headers.get("ETag")
        answer = stranger.get(route, headers={"If-None-Match": tag} if tag else {})
        assert MARK not in answer.getvalue().decode(), route


def kept_fields() -> list[str]:
    return [
        "pk",
        "role",
        "is_superuser",
        "is_active",
        "email_verified_at",
        "phone_verified_at",
        "password",
        "joined_at",
    ]
