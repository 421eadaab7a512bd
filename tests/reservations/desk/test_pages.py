"""The desk's pages as a librarian without a script sees them: plain forms, posted and answered."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.cards import card_number
from accounts.models import Role
from books.models import Copy
from reservations import services
from reservations.models import HoldShelfPlace, Reservation, Status
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron, person

pytestmark = pytest.mark.django_db

DESK = "/admin/desk/"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(person(Role.LIBRARIAN))
    return client


def scan(client: Client, text: str, **fields: object):
    """What the desk says, and the answer of the server."""
    answer = client.post(DESK, {"scan": text, **fields})
    assert answer.status_code == 200
    return answer.context["answer"], answer


def barcode_of(book) -> str:
    return Copy.objects.filter(book=book).order_by("pk").values_list("barcode", flat=True)[0]


@pytest.mark.parametrize(
    ("balance", "told"),
    [("5.00", "The reader's wallet paid it."), ("0.80", "$0.50 of it is still owed: the wallet did not cover it.")],
)
def test_a_late_return_says_whether_the_fee_is_paid(client, balance: str, told: str) -> None:
    book = book_with_copies(1)
    lent(patron(balance=balance), book, timezone.now() - timedelta(days=10))
    said, _ = scan(client, barcode_of(book))
    assert (said.headline, list(said.lines)[-1]) == ("Late fee $0.60", told)


def test_a_card_then_a_barcode_lends(client) -> None:
    reader, book = patron(username="ada"), book_with_copies(1)
    _, page = scan(client, card_number(reader.pk))
    assert "Lending to ada" in page.content.decode()
    said, _ = scan(client, barcode_of(book), reader=reader.pk)
    assert (said.tone, said.undo_token != "") == ("success", True)
    assert Reservation.objects.get().status == Status.ACTIVE


@pytest.mark.parametrize("text", ["ada", "ADA", "ada@library.example", "{pk}", "{card}", "p{digits}"])
def test_a_reader_is_found_by_whatever_names_one(client, text: str) -> None:
    reader = patron(username="ada")
    patron(username="adalbert")
    card = card_number(reader.pk)
    _, page = scan(client, text.format(pk=reader.pk, card=card, digits=card[1:]))
    assert page.context["reader"].user == reader


def test_a_part_of_a_name_gives_a_list_to_choose_from(client) -> None:
    readers = [patron(username=f"grace{number}") for number in range(3)]
    said, page = scan(client, "grac")
    assert (said.headline, list(said.choices)) == ("Who is it?", readers[::-1])
    assert page.context["reader"] is None


def test_staff_are_not_found_by_their_addresses(client) -> None:
    colleague = person(Role.LIBRARIAN)
    said, _ = scan(client, colleague.email)
    assert said.headline == "No copy and no reader found"
    assert scan(client, colleague.username)[1].context["reader"].user == colleague


def test_the_isbn_on_the_cover_is_told_from_the_librarys_label(client) -> None:
    assert scan(client, "9780061054884")[0].headline == "That is the ISBN: scan the library's own label"


def test_a_copy_without_a_reader_is_checked_in_and_again_does_no_harm(client) -> None:
    book = book_with_copies(1)
    lent(patron(), book, timezone.now())
    headlines = [scan(client, barcode_of(book))[0].headline for _ in range(2)]
    assert headlines == ["Checked in: back to the shelf", "Nothing to do: belongs on the shelf"]


def test_the_next_readers_copy_asks_for_attention_and_a_slip(client) -> None:
    book, waits = book_with_copies(1), patron(username="ben")
    lent(patron(), book, timezone.now())
    waiting = reserved(waits, book, timezone.now())
    said, _ = scan(client, barcode_of(book))
    name = f"BEN {card_number(waits.pk)[-4:]}"
    assert (said.tone, said.headline, said.slip_id) == ("attention", f"Hold shelf: {name}", waiting.pk)
    slip = client.get(f"/admin/desk/slips/{waiting.pk}/").content.decode()
    assert name in slip
    assert barcode_of(book) in slip
    assert waits.email not in slip


def test_a_block_offers_the_override_and_takes_a_reason_that_is_no_barcode(client) -> None:
    reader, book = patron(plan="PLUS"), book_with_copies(1)
    loan = lent(reader, book_with_copies(1), timezone.now())
    Reservation.objects.filter(pk=loan.pk).update(starts_on="2020-01-01", due_on="2020-01-08")
    said, page = scan(client, barcode_of(book), reader=reader.pk)
    assert (said.tone, said.overridable, said.copy) == ("error", ["blocked"], Copy.objects.get(book=book))
    assert "Lend all the same, because" in page.content.decode()
    again = {"reader": reader.pk, "overridden": ["blocked"]}
    scanned, _ = scan(client, barcode_of(book), **again, reason=barcode_of(book))
    assert (scanned.headline, scanned.overridable, scanned.reason) == (
        "That is a barcode and no reason.", ["blocked"], "",
    )  # fmt: skip
    assert scan(client, barcode_of(book), **again, reason="brings it tomorrow")[0].tone == "success"


def test_the_reason_is_kept_for_the_rule_that_comes_next(client) -> None:
    reader, book = patron(plan="FREE"), book_with_copies(1)
    loan = lent(reader, book_with_copies(1), timezone.now())
    Reservation.objects.filter(pk=loan.pk).update(starts_on="2020-01-01", due_on="2020-01-08")
    said, page = scan(client, barcode_of(book), reader=reader.pk, overridden=["blocked"], reason="a school book")
    assert (said.overridable, said.reason) == (["blocked", "limit_reached"], "a school book")
    assert 'value="a school book"' in page.content.decode()


def test_a_closed_account_can_not_be_overridden(client) -> None:
    reader = patron()
    reader.is_active = False
    reader.save()
    said, _ = scan(client, barcode_of(book_with_copies(1)), reader=reader.pk)
    assert (said.overridable, said.lines) == ((), ["The account is closed: nothing is lent to it."])


def test_money_that_is_missing_offers_fewer_days(client) -> None:
    reader, book = patron(balance="0.30"), book_with_copies(1)
    said, _ = scan(client, barcode_of(book), reader=reader.pk)
    assert (said.headline, said.fewer_days, said.overridable) == ("Not enough money in the wallet", True, ())
    assert scan(client, barcode_of(book), reader=reader.pk, days=3)[0].tone == "success"


def test_a_copy_out_to_somebody_else_is_checked_in_first(client) -> None:
    reader, holder, book = patron(), patron(), book_with_copies(1)
    lent(holder, book, timezone.now())
    said, _ = scan(client, barcode_of(book), reader=reader.pk)
    assert (said.check_in, said.lines) == (True, [holder.get_full_name()])
    assert scan(client, barcode_of(book), reader=reader.pk, take_in="on")[0].tone == "success"
    assert scan(client, barcode_of(book), reader=reader.pk)[0].tone == "success"


def test_a_dry_run_says_that_nothing_has_happened(client) -> None:
    reader, book = patron(), book_with_copies(1)
    said, page = scan(client, barcode_of(book), reader=reader.pk, dry_run="on")
    assert (said.is_dry_run, said.undo_token, Reservation.objects.count()) == (True, "", 0)
    assert "Nothing has happened." in page.content.decode()


def test_the_last_scan_is_undone_once_by_who_made_it(client) -> None:
    reader, book = patron(), book_with_copies(1)
    token = scan(client, barcode_of(book), reader=reader.pk)[0].undo_token
    other = Client()
    other.force_login(person(Role.LIBRARIAN))
    answers = [
        one.post("/admin/desk/undo/", {"token": token}).context["answer"].headline for one in (other, client, client)
    ]
    refused = "This can no longer be undone."
    assert answers == [refused, "Undone", refused]
    assert Reservation.objects.get().status == Status.CANCELLED


@pytest.mark.parametrize("fields", [{}, {"token": ""}, {"token": "x:y:z"}, {"token": "a" * 2000}])
def test_an_undo_without_a_good_token_changes_nothing(client, fields) -> None:
    assert client.post("/admin/desk/undo/", fields).context["answer"].tone == "error"


def test_holds_to_pull_stand_by_title_and_are_confirmed_by_a_scan(client) -> None:
    for title in ("Walden", "Emma"):
        reserved(patron(), book_with_copies(1, title=title), timezone.now())
    rows = client.get("/admin/desk/pull/").context["rows"]
    assert [hold.book.title for hold in rows] == ["Emma", "Walden"]
    scan(client, rows[0].copy.barcode)
    assert [hold.book.title for hold in client.get("/admin/desk/pull/").context["rows"]] == ["Walden"]


def test_holds_nobody_came_for_are_listed_until_they_are_scanned(client) -> None:
    book = book_with_copies(1)
    held = reserved(patron(), book, timezone.now())
    scan(client, barcode_of(book))
    assert list(client.get("/admin/desk/expired/").context["rows"]) == []
    services.cancel(reservation_id=held.pk, now=timezone.now())
    assert [place.reservation for place in client.get("/admin/desk/expired/").context["rows"]] == [held]
    assert scan(client, barcode_of(book))[0].headline == "Off the hold shelf: back to the shelf"
    assert HoldShelfPlace.objects.count() == 0


def test_recent_returns_are_the_last_twenty(client) -> None:
    book = book_with_copies(1)
    loans = [lent(patron(), book_with_copies(1), timezone.now()) for _ in range(2)]
    for loan in loans:
        services.return_copy(reservation_id=loan.pk, now=timezone.now())
    lent(patron(), book, timezone.now())
    assert list(client.get("/admin/desk/returns/").context["rows"]) == loans[::-1]


@pytest.mark.parametrize("text", ["", " ", "a" * 201, "a\x00b"])
def test_what_is_no_scan_is_told(client, text: str) -> None:
    assert client.post(DESK, {"scan": text}).context["answer"].tone == "error"


@pytest.mark.parametrize("reader", ["x", "-1", "9" * 30, ""])
def test_a_reader_who_is_no_number_is_nobody(client, reader: str) -> None:
    assert client.get(DESK, {"reader": reader}).context["reader"] is None


def test_a_scan_answers_with_the_parts_that_change(client) -> None:
    answer = client.post(DESK, {"scan": "nothing"}, headers={"HX-Request": "true"}).content.decode()
    parts = ["desk-mode", "desk-alert", "desk-status", "desk-next", "desk-side"]
    assert re.findall(r'id="(desk-[a-z]+)"', answer) == parts


@pytest.mark.parametrize(("way", "most"), [("held", 55), ("walks in", 70), ("check in", 55), ("nothing to do", 20)])
def test_a_scan_takes_few_queries(client, django_assert_max_num_queries, way: str, most: int) -> None:
    """However long the reader's history and the lists are."""
    reader, book = patron(plan="PREMIUM"), book_with_copies(1)
    for _ in range(3):
        lent(reader, book_with_copies(1), timezone.now())
        services.return_copy(reservation_id=lent(patron(), book_with_copies(1), timezone.now()).pk, now=timezone.now())
    if way != "walks in" and way != "nothing to do":
        held = reserved(reader, book, timezone.now())
    if way == "check in":
        services.check_out(reservation_id=held.pk, now=timezone.now())
    who = {"reader": reader.pk} if way in ("held", "walks in") else {}
    client.get(DESK)
    with django_assert_max_num_queries(most):
        client.post(DESK, {"scan": barcode_of(book), **who}, headers={"HX-Request": "true"})


def test_staff_without_the_permission_are_refused() -> None:
    colleague = person(Role.LIBRARIAN)
    colleague.groups.clear()
    stranger = Client()
    stranger.force_login(colleague)
    answers = [stranger.get(DESK), stranger.post(DESK, {"scan": "x"}), stranger.post("/admin/desk/undo/")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "Open the circulation desk" not in stranger.get("/admin/").content.decode()


def test_the_way_to_the_desk_is_on_the_admins_front_page(client) -> None:
    page = client.get("/admin/").content.decode()
    assert page.count(f'href="{DESK}"') == 2


def test_a_slip_is_printed_only_for_what_is_held(client) -> None:
    loan = lent(patron(), book_with_copies(1), timezone.now())
    assert client.get(f"/admin/desk/slips/{loan.pk}/").status_code == 404
    held = reserved(patron(), book_with_copies(1), timezone.now())
    assert 'class="slip-a6"' in client.get(f"/admin/desk/slips/{held.pk}/?paper=a6").content.decode()
    assert 'class="slip-receipt"' in client.get(f"/admin/desk/slips/{held.pk}/?paper=napkin").content.decode()
