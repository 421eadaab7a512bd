"""Who keeps no loan history has none: the reservation stays for the ledger, its book is forgotten."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

import accounts.services
from accounts.models import User
from library_portal.audit.models import AuditEntry
from library_portal.notifications import notify
from library_portal.notifications.models import Kind, Notification
from library_portal.outbox.registry import Delivered
from reservations import handlers, queries, services, tasks
from reservations.models import PastLoans, Reservation
from subscriptions.models import LedgerEntry
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron
from tests.factories.tokens import bearer

pytestmark = pytest.mark.django_db

MONTH = timedelta(days=30)


@pytest.fixture
def reader() -> User:
    return patron(plan="PREMIUM")


def returned(reader, now, *, days: int = 3, book=None) -> Reservation:
    """A loan that was returned `days` after its start, `now`."""
    book = book or book_with_copies(1)
    loan = services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=True, now=now)
    services.check_out(reservation_id=loan.pk, now=now)
    services.return_copy(reservation_id=loan.pk, now=now + timedelta(days=days))
    loan.refresh_from_db()
    return loan


def keep(reader, keeps: bool, now) -> None:
    accounts.services.set_loan_history(user_id=reader.pk, keeps=keeps, now=now)


def is_forgotten(loan: Reservation) -> bool:
    loan.refresh_from_db()
    assert (loan.book_id is None) == (loan.copy_id is None)
    return loan.book_id is None


def test_a_loan_is_forgotten_when_it_ended_more_than_30_days_ago(reader, now) -> None:
    loan = returned(reader, now, days=0)
    services.forget_old_loans(now=now + MONTH)
    assert not is_forgotten(loan)
    assert services.forget_old_loans(now=now + MONTH + timedelta(seconds=1)) == 1
    assert is_forgotten(loan)
    assert services.forget_old_loans(now=now + MONTH + timedelta(seconds=1)) == 0


def test_the_nightly_task_forgets(reader, now) -> None:
    loan = returned(reader, now - timedelta(days=365))
    assert tasks.forget_loans() == 1
    assert is_forgotten(loan)


def test_more_than_a_batch_is_forgotten_in_one_night(reader, now, monkeypatch) -> None:
    monkeypatch.setattr("reservations.services.history.BATCH", 2)
    loans = [returned(reader, now) for _ in range(5)]
    assert services.forget_old_loans(now=now + 2 * MONTH) == 5
    assert all(is_forgotten(loan) for loan in loans)


def test_a_run_is_bounded_and_the_next_goes_on(reader, now, monkeypatch) -> None:
    monkeypatch.setattr("reservations.services.history.BATCH", 2)
    monkeypatch.setattr("reservations.services.history.MOST_AT_ONCE", 4)
    for _ in range(5):
        returned(reader, now)
    assert [services.forget_old_loans(now=now + 2 * MONTH) for _ in range(3)] == [4, 1, 0]


def test_a_night_costs_as_many_queries_for_many_books_as_for_one(now) -> None:
    def queries_for(loans: int) -> int:
        for _ in range(loans):
            returned(patron(), now)
        with CaptureQueriesContext(connection) as asked:
            assert services.forget_old_loans(now=now + 2 * MONTH) == loans
        return len(asked)

    assert queries_for(5) == queries_for(1)


def test_who_keeps_a_history_is_passed_once_a_night(reader, now, monkeypatch) -> None:
    monkeypatch.setattr("reservations.services.history.BATCH", 1)
    keep(reader, True, now)
    kept, *forgotten = [
        returned(one, now + timedelta(days=day)) for day, one in enumerate((reader, patron(), patron()))
    ]
    with CaptureQueriesContext(connection) as asked:
        assert services.forget_old_loans(now=now + 3 * MONTH) == 2
    assert [is_forgotten(one) for one in (kept, *forgotten)] == [False, True, True]
    looks = [query["sql"] for query in asked if "keeps_loan_history" in query["sql"]]
    assert ['closed_at" >= ' in look for look in looks] == [False, True, True]


def test_dates_and_money_stay_for_the_ledger(reader, now) -> None:
    loan = returned(reader, now)
    entries = list(LedgerEntry.objects.values())
    services.forget_old_loans(now=now + 2 * MONTH)
    left = Reservation.objects.get(pk=loan.pk)
    assert {field.name: getattr(left, field.attname) for field in Reservation._meta.fields} == {
        field.name: getattr(loan, field.attname) for field in Reservation._meta.fields
    } | {"book": None, "copy": None, "changed_at": left.changed_at}
    assert list(LedgerEntry.objects.values()) == entries


def test_who_keeps_a_history_keeps_it(reader, now) -> None:
    keep(reader, True, now)
    loan = returned(reader, now)
    services.forget_old_loans(now=now + 12 * MONTH)
    assert not is_forgotten(loan)


def test_turning_it_off_forgets_everything_that_has_ended_at_once_and_nothing_else(reader, now) -> None:
    keep(reader, True, now)
    loan, of_another = returned(reader, now), returned(patron(), now)
    waiting = services.reserve(user_id=reader.pk, book_id=book_with_copies(1).pk, days=7, join_queue=True, now=now)
    keep(reader, False, now)
    assert [is_forgotten(one) for one in (loan, waiting, of_another)] == [True, False, False]
    changes = AuditEntry.objects.filter(action="loan_history_changed").order_by("pk")
    assert list(changes.values_list("whom_id", "details")) == [
        (reader.pk, {"keeps": True}),
        (reader.pk, {"keeps": False}),
    ]


def test_cancelled_and_expired_ones_are_forgotten_too_and_count_as_no_loan(reader, now) -> None:
    one = services.reserve(user_id=reader.pk, book_id=book_with_copies(1).pk, days=7, join_queue=True, now=now)
    services.cancel(reservation_id=one.pk, now=now)
    services.forget_old_loans(now=now + 2 * MONTH)
    assert is_forgotten(one)
    assert not PastLoans.objects.exists()


def test_messages_about_it_go_too_and_others_stay(reader, now) -> None:
    loan = returned(reader, now)
    staff = librarian()
    for person, subject in ((reader, loan.subject), (reader, f"{loan.subject}0"), (staff, loan.subject)):
        notify(user_id=person.pk, kind=Kind.RETURNED, key=subject, title="Back", body="", subject=subject)
    keep(reader, False, now)
    left = Notification.objects.order_by("pk").values_list("user_id", "subject")
    assert list(left) == [(reader.pk, f"{loan.subject}0"), (staff.pk, loan.subject)]


def test_no_message_is_written_about_what_is_forgotten(reader, now) -> None:
    loan = returned(reader, now)
    keep(reader, False, now)
    payload = {"reservation_id": loan.pk, "user_id": reader.pk}
    handlers.tell_patron(Delivered(1, "reservation.returned", payload, now.isoformat()))
    assert not Notification.objects.exists()


def test_the_estimated_wait_survives_without_the_readers(now) -> None:
    book = book_with_copies(1)
    for days in (2, 3):
        returned(patron(), now, days=days, book=book)
    services.forget_old_loans(now=now + 2 * MONTH)
    assert list(PastLoans.objects.values_list("book_id", "loans", "days")) == [(book.pk, 2, 5)]
    services.reserve(user_id=patron().pk, book_id=book.pk, days=7, join_queue=True, now=now)
    assert queries.availability(book_id=book.pk).estimated_wait == 3  # 2.5 days on average, rounded up


def test_remembered_loans_count_before_forgotten_ones(now, monkeypatch) -> None:
    monkeypatch.setattr("reservations.waiting_time.LOANS_LOOKED_AT", 2)
    book = book_with_copies(1)
    returned(patron(), now, days=7, book=book)
    services.forget_old_loans(now=now + 2 * MONTH)
    returned(patron(), now, days=2, book=book)
    services.reserve(user_id=patron().pk, book_id=book.pk, days=7, join_queue=True, now=now)
    assert queries.availability(book_id=book.pk).estimated_wait == 5  # (2 + 7) / 2


def test_the_frequent_reader_loses_nothing(reader, now) -> None:
    for _ in range(3):
        returned(reader, now)
    keep(reader, False, now)
    quote = queries.quote(user_id=reader.pk, book_id=book_with_copies(1).pk, days=7, now=now)
    assert (quote.discount_name, quote.discount_percent) == ("frequent_reader", 30)


def test_the_database_forgets_nothing_that_is_open(reader, now) -> None:
    services.reserve(user_id=reader.pk, book_id=book_with_copies(1).pk, days=7, join_queue=True, now=now)
    with pytest.raises(IntegrityError, match="reservation_forgets_only_when_closed"), transaction.atomic():
        Reservation.objects.update(book=None)


def test_the_api_answers_without_a_book_and_repeating_the_last_step_is_no_error(api, reader, now) -> None:
    loan = returned(reader, now)
    keep(reader, False, now)
    url = f"/api/v1/reservations/{loan.pk}/"
    assert api.get(url, headers=bearer(reader)).json()["book"] is None
    assert api.get("/api/v1/reservations/", headers=bearer(reader)).json()["results"][0]["book"] is None
    assert api.get(f"/api/v1/reservations/?book={loan.book_id}", headers=bearer(reader)).json()["results"] == []
    again = api.post(f"{url}return/", headers=bearer(reader))
    assert (again.status_code, again.json()["reservation"]["book"]) == (200, None)
    assert api.delete(url, headers=bearer(reader)).status_code == 204
    assert api.post(f"{url}checkout/", headers=bearer(reader)).status_code == 409


@pytest.fixture
def browser(reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def test_the_shelf_shows_what_is_left(browser, reader, now) -> None:
    title = returned(reader, now).book.title
    keep(reader, False, now)
    page = browser.get("/me/").content.decode()
    assert "No longer remembered" in page
    assert title not in page


def test_the_statement_shows_the_money_without_the_book(browser, reader, now) -> None:
    title = returned(reader, now).book.title
    assert title in browser.get("/me/wallet/").content.decode()
    keep(reader, False, now)
    page = browser.get("/me/wallet/").content.decode()
    assert "−$0.56" in page
    assert title not in page


@pytest.mark.parametrize("action", ["return", "cancel"])
def test_an_action_on_what_is_forgotten_says_that_it_has_ended(browser, reader, now, action) -> None:
    loan = returned(reader, now)
    keep(reader, False, now)
    answer = browser.post(f"/me/reservations/{loan.pk}/{action}/", follow=True)
    said = {"return": "This book is back already.", "cancel": "This reservation has ended already."}
    assert [str(message) for message in answer.context["messages"]] == [said[action]]


def test_the_admin_lists_and_finds_what_is_left(reader, now, client) -> None:
    loan = returned(reader, now)
    keep(reader, False, now)
    client.force_login(librarian())
    for address in ("", f"?q={reader.username}", f"{loan.pk}/change/"):
        answer = client.get(f"/admin/reservations/reservation/{address}")
        assert (answer.status_code, f"#{loan.pk}" in answer.content.decode() or address != "") == (200, True)


def test_the_api_turns_it_on_and_off(api, reader, now) -> None:
    loan = returned(reader, now)
    for keeps in (True, False):
        body = api.patch("/api/v1/users/me/", {"keeps_loan_history": keeps}, headers=bearer(reader)).json()
        assert body["keeps_loan_history"] is keeps
    assert is_forgotten(loan)
