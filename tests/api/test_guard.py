"""Pages too meet no input that could upset them; the API answers the same with problems (test_bad_input)."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/books/?q=%00", "/books/%00/", "/%00"])
def test_nul_in_an_address_is_a_bad_request(client: Client, address: str) -> None:
    response = client.get(address)

    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_nul_in_a_form_is_a_bad_request(client: Client) -> None:
    form = "username=a%00b&password=x"

    assert client.post("/login/", form, content_type="application/x-www-form-urlencoded").status_code == 400


def test_nul_in_a_cookie_is_a_bad_request(client: Client) -> None:
    client.cookies["sessionid"] = "\0" * 32

    assert client.get("/").status_code == 400


def test_a_number_no_id_can_be_is_not_found(client: Client) -> None:
    assert client.get(f"/books/{'9' * 30}/").status_code == 404


@pytest.mark.parametrize("length", ["10000000", "9" * 40, "-1", "x", "1e3"])
def test_a_form_too_large_or_of_odd_length_is_a_bad_request(client: Client, length: str) -> None:
    form = "application/x-www-form-urlencoded"

    assert client.post("/login/", "a=b", content_type=form, CONTENT_LENGTH=length).status_code == 400


def test_an_uncaught_error_of_the_api_is_a_problem_without_a_trace(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("subscriptions.api.PlanList.get_queryset", lambda self: 1 / 0)

    response = client.get("/api/v1/plans/")

    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert response.json()["code"] == "internal_error"
    assert "ZeroDivisionError" not in response.content.decode()
    assert "ZeroDivisionError" in caplog.text
