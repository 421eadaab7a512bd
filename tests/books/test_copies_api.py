"""/api/v1/books/{id}/copies/ and /api/v1/copies/{id}/: for librarians."""

import pytest

from tests.factories.books import BookFactory, CopyFactory
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(api):
    api.credentials(HTTP_AUTHORIZATION=bearer(librarian())["Authorization"])
    return api


def url(copy):
    return f"/api/v1/copies/{copy.pk}/"


def test_a_copy_gets_its_own_barcode_or_the_next_number(desk):
    copies = f"/api/v1/books/{BookFactory().pk}/copies/"

    own, numbered = desk.post(copies, {"barcode": "OWN-1"}).json(), desk.post(copies).json()

    assert (own["barcode"], own["status"], own["reason"]) == ("OWN-1", "available", "")
    assert numbered["barcode"].startswith("LP")
    assert desk.get(copies).json() == [own, numbered]


def test_a_barcode_is_given_once(desk):
    copy = CopyFactory()

    refused = desk.post(f"/api/v1/books/{copy.book_id}/copies/", {"barcode": copy.barcode})

    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["barcode"])


def test_a_copy_goes_off_the_shelf_and_back(desk):
    copy = CopyFactory()

    lost = desk.patch(url(copy), {"status": "unavailable", "reason": "lost"}).json()
    back = desk.patch(url(copy), {"status": "available", "barcode": "NEW"}).json()

    assert (lost["status"], lost["reason"]) == ("unavailable", "lost")
    assert (back["status"], back["reason"], back["barcode"]) == ("available", "", "NEW")


@pytest.mark.parametrize(
    "change",
    [{"status": "unavailable"}, {"reason": "lost"}, {"status": "on_loan"}, {"status": "available", "reason": "lost"}],
)
def test_a_change_that_makes_no_sense_is_refused(desk, change):
    assert desk.patch(url(CopyFactory()), change).json()["code"] == "validation_error"


def test_a_copy_on_loan_stays_with_the_reader(desk):
    copy = CopyFactory(status="on_loan")

    refused = [desk.patch(url(copy), {"status": "unavailable", "reason": "lost"}), desk.delete(url(copy))]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "conflict")] * 2


def test_a_copy_nobody_borrowed_is_deleted(desk):
    copy = CopyFactory()

    assert [desk.delete(url(copy)).status_code for _ in range(2)] == [204, 404]


@pytest.mark.parametrize("path", ["/api/v1/books/1/copies/", "/api/v1/copies/1/"])
def test_readers_see_no_copies(api, path):
    method = api.get if "books" in path else api.delete

    assert method(path).status_code == 401
    assert method(path, headers=bearer(patron())).status_code == 403
