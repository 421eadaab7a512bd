"""Which books somebody has: users/me/books/, users/borrowed-books/, users/{id}/borrowed-books/ (api.md)."""

import pytest

from reservations import services
from reservations.models import Reservation
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db
MINE, MY_LOANS = "/api/v1/users/me/books/", "/api/v1/users/borrowed-books/"


def reserve(reader, now) -> Reservation:
    book = book_with_copies(1)
    return services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)


def lend(reader, now) -> Reservation:
    return services.check_out(reservation_id=reserve(reader, now).pk, now=now)


def listed(api, url: str, who) -> list[int]:
    answer = api.get(url, headers=bearer(who))
    assert answer.status_code == 200
    return [one["id"] for one in answer.json()["results"]]


def loans_of(reader) -> str:
    return f"/api/v1/users/{reader.pk}/borrowed-books/"


def test_my_books_are_those_held_for_me_and_on_loan_my_borrowed_books_only_the_loans(api, now) -> None:
    reader = patron(plan="PREMIUM")
    held, lent, returned = reserve(reader, now), lend(reader, now), lend(reader, now)
    services.return_copy(reservation_id=returned.pk, now=now)
    lend(patron(), now)
    assert listed(api, MINE, reader) == [lent.pk, held.pk]
    assert listed(api, MY_LOANS, reader) == [lent.pk]


def test_librarians_see_what_a_patron_has_on_loan_and_so_does_the_patron(api, now) -> None:
    reader = patron()
    lent = lend(reader, now)
    assert listed(api, loans_of(reader), librarian()) == [lent.pk]
    assert listed(api, loans_of(reader), reader) == [lent.pk]


def test_other_patrons_do_not_learn_whether_there_is_such_a_person(api, now) -> None:
    reader = patron()
    lend(reader, now)
    nobody = f"/api/v1/users/{reader.pk + 1000}/borrowed-books/"
    answers = [api.get(url, headers=bearer(patron())) for url in (loans_of(reader), nobody)]
    answers.append(api.get(nobody, headers=bearer(librarian())))
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 3


@pytest.mark.parametrize("url", [MINE, MY_LOANS, "/api/v1/users/1/borrowed-books/"])
def test_strangers_log_in_first(api, url) -> None:
    assert api.get(url).status_code == 401
