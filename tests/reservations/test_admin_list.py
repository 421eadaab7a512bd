"""The list of reservations in the admin: its filters, and what it says of each."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from books.services.indexing import index_books
from reservations import services
from reservations.models import Reservation, Status
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.reservations.acting import LIST, WHY, act, hold, late, lend

pytestmark = pytest.mark.django_db

FILTERS = {
    "status": {"status__exact": "active"},
    "overdue": {"overdue": "yes"},
    "lost": {"lost": "yes"},
    "due day": {"due_on": "today"},
    "patron": {"user__id__exact": "of the loan"},
    "book": {"book__id__exact": "of the loan"},
    "username": {"q": "wanted-person"},
    "barcode": {"q": "the barcode"},
    "title": {"q": "Persuasion"},
    "number": {"q": "#the number"},
}


@pytest.fixture
def many() -> Reservation:
    """One loan that is late, of many reservations."""
    loan = late(lend(patron(username="wanted-person"), book_with_copies(1, title="Persuasion")), 1)
    index_books({loan.book_id: 1})
    other, book = patron(), book_with_copies(1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reservations_reservation (user_id, book_id, status, days, priority, is_moved, told_reasons, "
            "discount_name, discount_percent, paid, refunded, late_fee, lost_fee, extensions, step, closed_at) "
            "SELECT %s, %s, 'cancelled', 7, 0, false, '{}', '', 0, 0, 0, 0, 0, 0, 0, now() "
            "FROM generate_series(1, 12000)",
            [other.pk, book.pk],
        )
        cursor.execute("ANALYZE reservations_reservation")
    return loan


def test_each_filter_finds_by_an_index_and_counts_no_further_than_anybody_looks(
    desk: Client, many: Reservation, django_assert_max_num_queries
) -> None:
    replaced = {
        "today": many.due_on.isoformat(), "of the loan": None, "the barcode": many.copy.barcode,
        "#the number": f"#{many.pk}",
    }  # fmt: skip
    for what, asked in {"everything": {}, **FILTERS}.items():
        of_loan = {"patron": many.user_id, "book": many.book_id}
        asked = {name: replaced.get(value, value) or of_loan[what] for name, value in asked.items()}
        if what == "lost":
            act(desk, "lost", many, **WHY)
        with django_assert_max_num_queries(18) as captured:
            page = desk.get(LIST, asked)
        if what == "everything":
            assert page.context["cl"].result_count == 10_000
        else:
            assert [row.pk for row in page.context["cl"].result_list] == [many.pk], what
        for query in captured.captured_queries:
            if 'FROM "reservations_reservation"' in query["sql"]:
                assert "Seq Scan on reservations_reservation" not in plan_of(query["sql"]) or what == "everything", what
        if what == "lost":
            services.find_copy(reservation_id=many.pk, now=timezone.now())
            Reservation.objects.filter(pk=many.pk).update(status=Status.ACTIVE, closed_at=None)


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    "asked", [{"due_on": "x"}, {"due_on": "9999-12-31"}, {"user__id__exact": "x"}, {"book__id__exact": "9" * 30}]
)
def test_a_filter_that_names_nothing_shows_the_whole_list(desk: Client, asked: dict[str, str]) -> None:
    assert desk.get(LIST, asked)["Location"] == f"{LIST}?e=1"


def test_the_list_says_how_late_a_loan_is_and_where_somebody_stands(desk: Client) -> None:
    book = book_with_copies(1)
    late(lend(patron(), book), 3)
    hold(patron(), book)
    text = desk.get(LIST).content.decode()
    assert "3 days late" in text
    assert "1 of 1" in text


def test_a_chosen_person_can_be_let_go_of_without_losing_the_other_filters(desk: Client) -> None:
    held = hold()
    text = desk.get(LIST, {"user__id__exact": held.user_id, "status__exact": "ready"}).content.decode()
    assert 'data-placeholder="book"' in text  # else nothing names the field to type in
    assert '<a href="?status__exact=ready">All</a>' in text
    assert '<input type="hidden" name="status__exact" value="ready">' in text
    assert f'<option value="{held.user_id}" selected>{held.user}</option>' in text
