"""Changing a reservation over HTTP: days, pauses, extensions, letting others go first; what only librarians do."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from library_portal.audit.models import AuditEntry
from reservations.models import Reservation, Status
from subscriptions.queries import wallet_of
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import librarian, patron
from tests.factories.tokens import api_of

pytestmark = pytest.mark.django_db

RESERVATIONS = "/api/v1/reservations/"


@pytest.fixture
def now():
    return timezone.now()


def day(ahead: int) -> str:
    return (timezone.localdate() + timedelta(days=ahead)).isoformat()


def shown(answer: Any, *names: str) -> tuple[Any, ...]:
    assert answer.status_code == 200, answer.content
    body = answer.json()
    return tuple(body[name] for name in names)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("asked", [{"days": 3}, {"due_on": day(3)}])
def test_a_hold_gets_other_days_by_number_or_by_day(now, method: str, asked: dict) -> None:
    reader = patron()
    held = reserved(reader, book_with_copies(1), now, days=7)
    answer = getattr(api_of(reader), method)(f"{RESERVATIONS}{held.pk}/", asked)
    assert shown(answer, "status", "days", "price") == ("ready", 3, "0.30")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"unknown": 1},
        {"days": 3, "paused_until": None},
        {"days": 3, "due_on": day(3)},
        {"days": None},
        {"days": 0},
        {"due_on": day(0)},
        {"due_on": "tomorrow"},
        {"paused_until": day(0)},
        {"paused_until": day(366)},
    ],
)
def test_one_thing_that_makes_sense_is_asked_for_at_a_time_or_nothing_happens(now, asked: dict) -> None:
    book, reader = book_with_copies(1), patron()
    reserved(patron(), book, now)
    place = reserved(reader, book, now, days=5)
    before = Reservation.objects.filter(pk=place.pk).values().get()
    for method in ("put", "patch"):
        answer = getattr(api_of(reader), method)(f"{RESERVATIONS}{place.pk}/", asked)
        assert refused(answer) == (400, "validation_error")
    assert Reservation.objects.filter(pk=place.pk).values().get() == before


def test_a_place_is_paused_and_goes_on_and_gets_the_free_copy(now) -> None:
    book, reader, other = book_with_copies(1), patron(), patron()
    held = reserved(other, book, now)
    place = reserved(reader, book, now)
    mine = api_of(reader)
    there = f"{RESERVATIONS}{place.pk}/"
    assert shown(mine.patch(there, {"paused_until": day(5)}), "status", "paused_until") == ("pending", day(5))
    api_of(other).delete(f"{RESERVATIONS}{held.pk}/")
    assert shown(mine.get(there), "status", "paused_until") == ("pending", day(5))
    assert shown(mine.patch(there, {"paused_until": None}), "status", "paused_until") == ("ready", None)


@pytest.mark.parametrize("asked", [{"due_on": day(9)}, {"days": 12}])
def test_on_a_loan_a_later_day_or_more_days_are_an_extension(now, asked: dict) -> None:
    reader = patron(plan="PREMIUM")
    loan = lent(reader, book_with_copies(1), now - timedelta(days=3), days=7)
    answer = api_of(reader).patch(f"{RESERVATIONS}{loan.pk}/", asked)
    assert shown(answer, "status", "days", "due_on", "extensions_left") == ("active", 12, day(9), 1)


def test_a_loan_is_extended_as_long_as_the_plan_allows_or_until_a_day(now) -> None:
    reader = patron(plan="PREMIUM")
    loan = lent(reader, book_with_copies(1), now, days=7)
    there = f"{RESERVATIONS}{loan.pk}/extend/"
    assert shown(api_of(reader).post(there, {"due_on": day(8)}), "due_on", "price") == (day(8), "0.64")
    assert shown(api_of(reader).post(there), "due_on", "price", "extensions_left") == (day(14), "1.12", 0)


def test_extending_all_says_for_each_loan_whether_it_was_or_why_not(now) -> None:
    reader, wanted, free = patron(plan="PREMIUM"), book_with_copies(1), book_with_copies(1)
    first, second = lent(reader, wanted, now, days=3), lent(reader, free, now, days=4)
    reserved(patron(), wanted, now)
    results = api_of(reader).post(f"{RESERVATIONS}extend-all/").json()["results"]
    assert [(one["reservation"]["id"], one["extended"], one["refusal"]) for one in results] == [
        (first.pk, False, {"code": "queue_not_empty", "detail": "Somebody is waiting for this book."}),
        (second.pk, True, None),
    ]
    assert [one["reservation"]["due_on"] for one in results] == [day(3), day(14)]


def test_an_offer_is_left_to_the_next_reader(now) -> None:
    book, first, second = book_with_copies(1), patron(), patron()
    held, waiting = reserved(first, book, now), reserved(second, book, now)
    answer = api_of(first).post(f"{RESERVATIONS}{held.pk}/defer/")
    assert shown(answer, "status", "queue_position", "queue_length", "price") == ("pending", 1, 1, None)
    assert Reservation.objects.get(pk=waiting.pk).status == Status.READY


@pytest.mark.parametrize("path", ["move/", "lost/", "found/"])
def test_only_librarians_move_and_write_off(now, path: str) -> None:
    reader = patron()
    loan = lent(reader, book_with_copies(1), now)
    answer = api_of(reader).post(f"{RESERVATIONS}{loan.pk}/{path}", {"position": 1, "reason": "I want to"})
    assert refused(answer) == (403, "authorization_error")
    assert Reservation.objects.get(pk=loan.pk).status == Status.ACTIVE


def test_a_librarian_moves_a_place_and_says_why(now) -> None:
    book = book_with_copies(1)
    reserved(patron(), book, now)
    ahead, behind = (reserved(patron(), book, now + timedelta(seconds=second)) for second in (1, 2))
    desk = api_of(librarian())
    there = f"{RESERVATIONS}{behind.pk}/move/"
    assert refused(desk.post(there, {"position": 1})) == (400, "validation_error")
    assert refused(desk.post(there, {"position": 3, "reason": "Exam"})) == (400, "validation_error")
    assert shown(desk.post(there, {"position": 1, "reason": "Exam"}), "queue_position") == (1,)
    assert shown(desk.get(f"{RESERVATIONS}{ahead.pk}/"), "queue_position") == (2,)
    assert told_of(behind) == [{"what": "move", "reason": "Exam", "before": 2, "after": 1}]


def test_a_lost_copy_is_charged_and_given_back_when_it_is_found(now) -> None:
    reader = patron()
    loan = lent(reader, book_with_copies(1, price="12.00"), now)
    desk, there = api_of(librarian()), f"{RESERVATIONS}{loan.pk}/"
    assert refused(desk.post(f"{there}lost/", {"reason": "  "})) == (400, "validation_error")
    lost = desk.post(f"{there}lost/", {"reason": "Left on a train"})
    assert shown(lost, "status", "lost_on", "lost_fee", "actions") == ("completed", day(0), "12.00", ["find"])
    found = desk.post(f"{there}found/")
    assert shown(found, "status", "lost_on", "lost_fee", "actions") == ("completed", None, "0.00", [])
    assert told_of(loan) == [{"what": "lose", "reason": "Left on a train"}, {"what": "find"}]


def test_a_librarians_reasons_are_written_down_and_a_patrons_are_not(now) -> None:
    reader, book = patron(plan="PREMIUM"), book_with_copies(3)
    mine, desk = api_of(reader), api_of(librarian())
    held = desk.post(RESERVATIONS, {"book": book.pk, "user": reader.pk}).json()
    there = f"{RESERVATIONS}{held['id']}/"
    desk.post(f"{there}checkout/", {"reason": "By telephone"})
    desk.post(f"{there}return/", {"reason": "Found on the shelf"})
    again = mine.post(RESERVATIONS, {"book": book.pk}).json()
    mine.post(f"{RESERVATIONS}{again['id']}/checkout/", {"reason": "Because"})
    mine.post(f"{RESERVATIONS}{again['id']}/return/")
    third = mine.post(RESERVATIONS, {"book": book.pk}).json()
    assert desk.delete(f"{RESERVATIONS}{third['id']}/?reason=Moved%20away").status_code == 204
    assert told_of(Reservation(pk=held["id"])) == [
        {"what": "reserve"},
        {"what": "check_out", "reason": "By telephone"},
        {"what": "return", "reason": "Found on the shelf"},
    ]
    assert told_of(Reservation(pk=again["id"])) == []
    assert told_of(Reservation(pk=third["id"])) == [{"what": "cancel", "reason": "Moved away"}]


def told_of(reservation: Reservation) -> list[dict[str, Any]]:
    entries = AuditEntry.objects.filter(details__reservation=reservation.pk).order_by("pk")
    return [{name: value for name, value in one.details.items() if name != "reservation"} for one in entries]


def test_a_librarian_reserves_for_a_patron_who_pays_and_others_for_themselves_only() -> None:
    reader, other, book = patron(balance="5.00"), patron(), book_with_copies(3)
    desk = api_of(librarian())
    made = desk.post(RESERVATIONS, {"book": book.pk, "days": 5, "user": reader.pk})
    assert (made.status_code, made.json()["user"]) == (201, {"id": reader.pk, "name": reader.get_full_name()})
    assert wallet_of(user_id=reader.pk).balance == Decimal("4.50")
    unknown = desk.post(RESERVATIONS, {"book": book.pk, "user": 10**9})
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["user"])
    assert refused(api_of(other).post(RESERVATIONS, {"book": book.pk, "user": reader.pk})) == (
        403,
        "authorization_error",
    )
    assert api_of(other).post(RESERVATIONS, {"book": book.pk, "user": other.pk}).status_code == 201


@pytest.mark.parametrize(
    ("method", "path"),
    [("put", ""), ("patch", ""), ("post", "extend/"), ("post", "defer/")],
)
def test_another_patrons_reservation_does_not_change(now, method: str, path: str) -> None:
    held = reserved(patron(), book_with_copies(1), now)
    answer = getattr(api_of(patron()), method)(f"{RESERVATIONS}{held.pk}/{path}", {"days": 3})
    assert refused(answer) == (404, "not_found")
    assert Reservation.objects.get(pk=held.pk).days == 7
