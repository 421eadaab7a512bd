"""The reservation endpoints: whole answers, refusals with their codes, and who may see what."""

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from reservations.models import Reservation, Status
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron
from tests.factories.tokens import access_token

pytestmark = pytest.mark.django_db


def client_of(user) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access_token(user)}")
    return client


def test_a_whole_life_with_tokens_only() -> None:
    first, second, book = patron(), patron(), book_with_copies(1, title="Emma")
    one, two = client_of(first), client_of(second)
    held = one.post("/api/v1/reservations/", {"book": book.pk, "days": 7})
    assert held.status_code == 201
    body = held.json()
    assert (body["status"], body["price"], body["queue_position"]) == ("ready", "0.70", None)
    assert body["book"] == {"id": book.pk, "title": "Emma", "authors": ["Some Author"], "cover": ""}
    assert body["user"] == {"id": first.pk, "name": None}
    waiting = two.post("/api/v1/reservations/", {"book": book.pk}).json()
    assert (waiting["status"], waiting["queue_position"], waiting["queue_length"]) == ("pending", 1, 1)
    assert one.post(f"/api/v1/reservations/{body['id']}/checkout/").json()["status"] == "active"
    returned = one.post(f"/api/v1/reservations/{body['id']}/return/")
    assert returned.status_code == 200
    assert (returned.json()["refunded"], returned.json()["next_reservation"]) == ("0.70", None)
    mine = two.get(f"/api/v1/reservations/{waiting['id']}/").json()
    assert (mine["status"], mine["price"]) == ("ready", "0.70")
    assert two.delete(f"/api/v1/reservations/{waiting['id']}/").status_code == 204
    assert two.get("/api/v1/users/me/wallet/").json() == {"balance": "50.00", "debt": "0.00"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"book": 10**9}, 404, "not_found"),
        ({"book": "x"}, 400, "validation_error"),
        ({}, 400, "validation_error"),
        ({"book": 10**30}, 400, "validation_error"),
        ({"book": 1, "days": 0}, 400, "validation_error"),
        ([1], 400, "malformed_request"),
    ],
)
def test_bad_requests_get_a_problem_with_a_code(body, status: int, code: str) -> None:
    answer = client_of(patron()).post("/api/v1/reservations/", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"].startswith("application/problem+json")


def test_too_little_money_says_how_much_is_missing() -> None:
    answer = client_of(patron(balance="0.20")).post("/api/v1/reservations/", {"book": book_with_copies(1).pk})
    problem = answer.json()
    assert answer.status_code == 402
    assert {name: problem[name] for name in ("code", "required", "balance", "shortfall")} == {
        "code": "insufficient_funds",
        "required": "0.70",
        "balance": "0.20",
        "shortfall": "0.50",
    }


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("delete", ""), ("post", "checkout/"), ("post", "return/")])
def test_another_patrons_reservation_is_not_found(method: str, path: str) -> None:
    owner, book = patron(), book_with_copies(1)
    pk = client_of(owner).post("/api/v1/reservations/", {"book": book.pk}).json()["id"]
    stranger = getattr(client_of(patron()), method)(f"/api/v1/reservations/{pk}/{path}")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not_found")
    assert Reservation.objects.get(pk=pk).status == Status.READY


def test_a_librarian_sees_everybody_and_who_got_the_copy_next() -> None:
    first, second, book = patron(), patron(), book_with_copies(1)
    pk = client_of(first).post("/api/v1/reservations/", {"book": book.pk}).json()["id"]
    place = client_of(second).post("/api/v1/reservations/", {"book": book.pk}).json()["id"]
    desk = client_of(librarian())
    assert [row["user"]["name"] for row in desk.get("/api/v1/reservations/").json()["results"]] == [
        second.username,
        first.username,
    ]
    assert [row["id"] for row in desk.get("/api/v1/reservations/?status=pending").json()["results"]] == [place]
    desk.post(f"/api/v1/reservations/{pk}/checkout/")
    assert desk.post(f"/api/v1/reservations/{pk}/return/").json()["next_reservation"] == place


def test_without_self_service_only_the_desk_lends(settings) -> None:
    settings.SELF_SERVICE = False
    reader, book = patron(), book_with_copies(1)
    pk = client_of(reader).post("/api/v1/reservations/", {"book": book.pk}).json()["id"]
    assert client_of(reader).post(f"/api/v1/reservations/{pk}/checkout/").status_code == 403
    assert client_of(librarian()).post(f"/api/v1/reservations/{pk}/checkout/").status_code == 200


def test_the_list_pages_by_cursor_in_a_bounded_number_of_queries(django_assert_max_num_queries) -> None:
    reader = patron(plan="PREMIUM")
    client = client_of(reader)
    for _ in range(6):
        client.post("/api/v1/reservations/", {"book": book_with_copies(1).pk})
    with django_assert_max_num_queries(6):
        page = client.get("/api/v1/reservations/?page_size=5").json()
    assert (sorted(page), len(page["results"])) == (["next", "previous", "results"], 5)
    assert len(client.get(page["next"]).json()["results"]) == 1


def test_a_life_over_http_takes_few_queries(django_assert_max_num_queries) -> None:
    client, book = client_of(patron()), book_with_copies(1)
    with django_assert_max_num_queries(50):
        pk = client.post("/api/v1/reservations/", {"book": book.pk}).json()["id"]
    with django_assert_max_num_queries(35):
        client.post(f"/api/v1/reservations/{pk}/checkout/")
    with django_assert_max_num_queries(45):
        client.post(f"/api/v1/reservations/{pk}/return/")


def test_nobody_reserves_without_a_login(api: APIClient) -> None:
    answer = api.post("/api/v1/reservations/", {"book": 1})
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_error")


def test_a_quote_has_the_price_and_the_refusal() -> None:
    reader, book = patron(plan="PLUS", balance="0.00"), book_with_copies(1)
    assert client_of(reader).post("/api/v1/reservations/quote/", {"book": book.pk, "days": 5}).json() == {
        "days": 5,
        "max_days": 7,
        "short_loan_days": None,
        "daily_fee": "0.10",
        "discount": "standing",
        "discount_percent": 10,
        "price": "0.45",
        "balance": "0.00",
        "limits": {
            "copies": {"used": 0, "limit": 5},
            "holds_this_week": {"used": 0, "limit": 3},
            "pending": {"used": 0, "limit": 10},
        },
        "outcome": "ready",
        "queue_position": None,
        "estimate": None,
        "refusal": {
            "code": "insufficient_funds",
            "detail": "This costs $0.45 and the wallet holds $0.00: $0.45 is missing.",
        },
    }


def test_availability_comes_from_the_database() -> None:
    book = book_with_copies(2)
    client_of(patron()).post("/api/v1/reservations/", {"book": book.pk})
    answer = APIClient().get(f"/api/v1/books/{book.pk}/availability/").json()
    counts = {"copies": 2, "free": 1, "waiting": 0}
    assert answer == {"status": "available", **counts, "estimated_wait": 0, "estimated_wait_basis": None}


def test_a_top_up_waits_for_the_provider() -> None:
    reader = patron(balance="0.00")
    client = client_of(reader)
    answer = client.post("/api/v1/users/charge/", {"amount": "5.00", "provider": "test"})
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")
    assert "/pay/test/" in answer.json()["checkout_url"]
    assert client.get("/api/v1/users/me/wallet/").json()["balance"] == "0.00"
    assert client_of(patron()).get(f"/api/v1/payments/{answer.json()['id']}/").status_code == 404


@pytest.mark.parametrize("amount", ["0.99", "500.01", "1.001", "NaN", "-5", "1e9"])
def test_a_top_up_outside_its_limits_is_refused(amount: str) -> None:
    answer = client_of(patron()).post("/api/v1/users/charge/", {"amount": amount, "provider": "test"})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert Decimal(client_of(patron()).get("/api/v1/users/me/wallet/").json()["balance"]) == Decimal(50)


@pytest.mark.django_db(transaction=True)
def test_the_books_own_answer_follows_its_queue_at_once(api) -> None:
    book = book_with_copies(1)
    seen = []
    for _ in range(3):
        client_of(patron()).post("/api/v1/reservations/", {"book": book.pk})
        seen.append(api.get(f"/api/v1/books/{book.pk}/").json()["waiting_count"])
    assert seen == [0, 1, 2]
