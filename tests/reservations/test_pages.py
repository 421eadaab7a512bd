"""The shelf, and checking out, returning and cancelling on the pages: forms that also work without a script."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reservations import services
from reservations.models import Closure, Reservation, Status
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client):
    reader = patron(plan="PREMIUM")
    client.force_login(reader)
    return reader


@pytest.fixture
def now() -> datetime:
    """The pages have the clock of the machine."""
    return timezone.now()


def told(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def titles() -> list[tuple[int, str]]:
    return list(Reservation.objects.values_list("pk", "book__title"))


def test_the_shelf_shows_everything_once_in_its_part(client, reader, now) -> None:
    ready, out, waited_for, given_up = (book_with_copies(1) for _ in range(4))
    reserved(reader, ready, now)
    lent(reader, out, now)
    reserved(patron(), waited_for, now)
    reserved(reader, waited_for, now)
    services.cancel(reservation_id=reserved(reader, given_up, now).pk, now=now)
    shown = client.get("/me/").context
    parts = {name: [offer.reservation.book for offer in shown[name]] for name in ("ready", "on_loan", "waiting")}
    assert parts == {"ready": [ready], "on_loan": [out], "waiting": [waited_for]}
    assert [one.book for one in shown["history"].ended] == [given_up]


def test_who_would_be_passed_over_reads_why_and_not_that_it_may_be_their_turn(client, now) -> None:
    poor, book = patron(balance="0.30"), book_with_copies(1)
    client.force_login(poor)
    loan = lent(patron(), book, now)
    place = reserved(poor, book, now)
    services.return_copy(reservation_id=loan.pk, now=now)

    def shown() -> str:
        return client.get("/me/").content.decode()

    assert "If a copy came now, it would go to the next reader." in shown()
    assert "Top up your wallet" in shown()
    assert "It may be your turn today" not in shown()
    services.pause(reservation_id=place.pk, until=now.date() + timedelta(days=9), now=now)
    assert "it would go to the next reader" not in shown()  # the pause says it


def test_a_fuller_shelf_asks_the_database_no_more(client, reader, now, django_assert_max_num_queries) -> None:
    def fill() -> None:
        waited_for = book_with_copies(1)
        reserved(patron(), waited_for, now)
        reserved(reader, waited_for, now)
        lent(reader, book_with_copies(1), now)
        held = book_with_copies(1)
        reserved(reader, held, now)
        reserved(patron(), held, now)

    fill()
    with CaptureQueriesContext(connection) as at_first:
        client.get("/me/")
    fill()
    fill()
    with django_assert_max_num_queries(len(at_first)):
        client.get("/me/")


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        (Status.READY, {"checkout", "days", "cancel"}),
        (Status.ACTIVE, {"extend", "return"}),
        (Status.PENDING, {"pause", "days", "cancel"}),
    ],
)
def test_the_shelf_offers_what_the_table_of_transitions_allows(client, reader, now, status, offered) -> None:
    book = book_with_copies(1)
    if status == Status.PENDING:
        lent(patron(), book, now)
    made = (lent if status == Status.ACTIVE else reserved)(reader, book, now)
    forms = re.findall(rf'action="/me/reservations/{made.pk}/([a-z-]+)/"', client.get("/me/").content.decode())
    assert set(forms) == offered


def test_every_button_names_its_book_to_who_cannot_see_where_it_stands(client, reader, now) -> None:
    reserved(reader, book_with_copies(1, title="Emma"), now)
    lent(reader, book_with_copies(1, title="Dune"), now)
    page = client.get("/me/").content.decode()
    parts = {title: page[page.index(f'<h3 id="title-{pk}"') :].split("</article>")[0] for pk, title in titles()}
    for title, part in parts.items():
        buttons = re.findall(r"<(?:button|summary)[^>]*>(.*?)</(?:button|summary)>", part, re.DOTALL)
        assert buttons
        assert [button for button in buttons if title not in button] == []


def test_a_hold_whose_time_is_over_can_no_longer_be_checked_out(client, reader, now) -> None:
    reserved(reader, book_with_copies(1), now - timedelta(days=3))
    page = client.get("/me/").content.decode()
    assert "The time to pick it up is over" in page
    assert "/checkout/" not in page


def test_a_hold_tells_of_the_days_on_which_nobody_can_come(client, reader, now) -> None:
    Closure.objects.create(
        first_on=timezone.localdate(now) + timedelta(days=1),
        last_on=timezone.localdate(now) + timedelta(days=1),
        reason="Holiday",
    )
    reserved(reader, book_with_copies(1), now)
    assert "The library is closed on" in client.get("/me/").content.decode()


def test_an_overdue_loan_says_what_it_costs_and_how_that_grows(client, reader, now) -> None:
    lent(reader, book_with_copies(1, price="0.80"), now - timedelta(days=10))
    words = " ".join(client.get("/me/").content.decode().split())
    assert "3 days late" in words
    assert "Late fee so far <strong>$0.60</strong>. It grows by $0.20 each day, up to $0.80." in words
    assert "The late fee of $0.60 is charged to your wallet now." in words


def test_the_place_in_a_queue_comes_with_copies_and_an_estimate(client, reader, now) -> None:
    book = book_with_copies(2)
    for _ in range(4):
        reserved(patron(plan="PREMIUM"), book, now)
    reserved(reader, book, now)
    words = " ".join(client.get("/me/").content.decode().split())
    assert "Number <strong>3</strong> of 3, 2 copies" in words
    assert "until your turn" in words
    assert "2 readers are ahead of you, 2 copies" in words


def test_an_empty_shelf_helps_on(client, reader) -> None:
    assert "Nothing on your shelf yet" in client.get("/me/").content.decode()


def test_check_out_and_return_say_what_happened(client, reader, now) -> None:
    reservation = reserved(reader, book_with_copies(1, title="Emma"), now)
    out = client.post(f"/me/reservations/{reservation.pk}/checkout/", follow=True)
    assert told(out)[0].startswith("Enjoy “Emma”. It is due back on")
    back = client.post(f"/me/reservations/{reservation.pk}/return/", follow=True)
    assert told(back) == ["Thank you for bringing back “Emma”. $0.56 for unused days went back to your wallet."]
    assert Reservation.objects.get().status == Status.COMPLETED


def test_a_late_return_names_the_fee(client, reader, now) -> None:
    loan = lent(reader, book_with_copies(1, title="Emma"), now - timedelta(days=10))
    back = client.post(f"/me/reservations/{loan.pk}/return/", follow=True)
    assert told(back) == ["Thank you for bringing back “Emma”. The late fee is $0.60."]


def test_cancelling_names_the_refund(client, reader, now) -> None:
    reservation = reserved(reader, book_with_copies(1, title="Emma"), now)
    answer = client.post(f"/me/reservations/{reservation.pk}/cancel/", {"next": "/me/"}, follow=True)
    assert told(answer) == ["Your reservation of “Emma” is cancelled. $0.56 went back to your wallet."]


@pytest.mark.parametrize("action", ["cancel", "checkout", "return", "extend", "days", "pause", "go-on", "defer"])
def test_nobody_touches_what_is_another_readers(client, reader, now, action) -> None:
    reservation = reserved(patron(), book_with_copies(1), now)
    assert client.post(f"/me/reservations/{reservation.pk}/{action}/").status_code == 404
    assert client.get(f"/me/reservations/{reservation.pk}/{action}/").status_code == 405
    assert Reservation.objects.get().step == 1


def test_who_is_not_logged_in_is_led_to_the_shelf(client) -> None:
    for action in ("1/cancel", "extend-all"):
        assert client.post(f"/me/reservations/{action}/").url == "/login/?next=/me/"


@pytest.mark.parametrize("action", ["checkout", "return"])
def test_where_only_the_desk_lends_the_pages_do_not(client, reader, now, settings, action) -> None:
    settings.SELF_SERVICE = False
    reservation = reserved(reader, book_with_copies(1), now)
    assert client.post(f"/me/reservations/{reservation.pk}/{action}/").status_code == 403
    assert "Ask for it at the desk" in client.get("/me/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example"])
def test_an_action_never_leads_off_the_site(client, reader, now, target) -> None:
    reservation = reserved(reader, book_with_copies(1), now)
    assert client.post(f"/me/reservations/{reservation.pk}/cancel/", {"next": target}).url == "/me/"
