"""Other days, longer loans, pauses and letting the next reader go first, on a patron's pages."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from reservations import services
from reservations.models import Reservation, Status
from tests.factories.lending import book_with_copies, lent, reserved
from tests.factories.people import patron

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client):
    reader = patron(plan="PLUS", balance="5.00")
    client.force_login(reader)
    return reader


@pytest.fixture
def now() -> datetime:
    """The pages have the clock of the machine."""
    return timezone.now()


@pytest.fixture
def today(now) -> date:
    return timezone.localdate(now)


def act(client: Client, reservation: Reservation, action: str, **answers: object) -> list[str]:
    """What was told of it."""
    answer = client.post(f"/me/reservations/{reservation.pk}/{action}/", answers, follow=True)
    assert answer.redirect_chain == [("/me/", 302)]
    return [str(message) for message in answer.context["messages"]]


def shelf(client: Client) -> str:
    return " ".join(client.get("/me/").content.decode().split())


def choices(page: str, name: str) -> list[tuple[str, str]]:
    [select] = re.findall(rf'<select id="{name}-\d+" name="\w+">(.*?)</select>', page)
    return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', select)


def day(on: date) -> str:
    return date_format(on, "D j M")


def test_each_new_due_day_is_shown_with_its_price_before(client, reader, now, today) -> None:
    lent(reader, book_with_copies(1), now - timedelta(days=2))
    later = [today + timedelta(days=6), today + timedelta(days=7)]
    assert choices(shelf(client), "until") == [
        (later[0].isoformat(), f"{day(later[0])} · $0.09"),
        (later[1].isoformat(), f"{day(later[1])} · $0.18"),
    ]


def test_extending_costs_what_was_shown(client, reader, now, today) -> None:
    loan = lent(reader, book_with_copies(1, title="Emma"), now - timedelta(days=2))
    until = today + timedelta(days=6)
    assert act(client, loan, "extend", until=until.isoformat()) == [
        f"“Emma” is now due on {day(until)}. $0.09 was charged."
    ]
    loan.refresh_from_db()
    assert (loan.due_on, loan.paid) == (until, Decimal("0.72"))


def test_days_that_the_wallet_does_not_cover_can_not_be_chosen(client, now, today) -> None:
    poor = patron(balance="0.80")
    client.force_login(poor)
    lent(poor, book_with_copies(1), now - timedelta(days=2))
    page = shelf(client)
    assert f'<option value="{(today + timedelta(days=6)).isoformat()}" selected>' in page
    assert f'<option value="{(today + timedelta(days=7)).isoformat()}" disabled>' in page


def test_where_it_can_not_be_extended_the_shelf_says_why_and_offers_no_button(client, reader, now) -> None:
    book = book_with_copies(1)
    loan = lent(reader, book, now - timedelta(days=2))
    reserved(patron(), book, now)
    page = shelf(client)
    assert "Can’t be extended. Somebody is waiting for this book." in page
    assert "/extend/" not in page
    assert act(client, loan, "extend") == ["Somebody is waiting for this book."]


def test_a_day_that_makes_no_sense_extends_nothing(client, reader, now) -> None:
    loan = lent(reader, book_with_copies(1), now - timedelta(days=2))
    assert act(client, loan, "extend", until="soon") == ["Enter a valid date."]
    loan.refresh_from_db()
    assert loan.extensions == 0


def test_extending_all_says_before_and_after_what_becomes_of_each_loan(client, reader, now, today) -> None:
    waited_for = book_with_copies(1, title="Dune")
    before = now - timedelta(days=2)
    lent(reader, book_with_copies(1, title="Emma"), before)
    lent(reader, waited_for, before)
    reserved(patron(), waited_for, now)
    until, stays = day(today + timedelta(days=7)), day(today + timedelta(days=5))
    page = shelf(client)
    assert f"then due {until}, for $0.18" in page
    assert f"stays due {stays}. Somebody is waiting for this book." in page
    assert "Yes, extend 1 loan" in page
    answer = client.post("/me/reservations/extend-all/", follow=True)
    assert [(message.level_tag, str(message)) for message in answer.context["messages"]] == [
        ("success", f"“Emma” is now due on {until}."),
        ("warning", f"“Dune” stays due on {stays}: Somebody is waiting for this book."),
    ]


def test_extending_all_reaches_as_far_as_the_wallet(client, now) -> None:
    reader = patron(plan="PLUS", balance="1.50")
    client.force_login(reader)
    for _ in range(2):
        lent(reader, book_with_copies(1), now - timedelta(days=2))
    page = shelf(client)  # $0.24 are left, and each costs $0.18
    assert "Together $0.18 from your wallet, which holds $0.24." in page
    assert "$0.12 is missing" in page
    answer = client.post("/me/reservations/extend-all/", follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success", "warning"]


def test_other_days_for_a_hold_show_and_charge_the_difference(client, reader, now) -> None:
    hold = reserved(reader, book_with_copies(1, title="Emma"), now, days=5)
    offered = dict(choices(shelf(client), "days"))
    assert {days: offered[days] for days in ("3", "5", "7")} == {
        "3": "3 days · $0.27 ($0.18 back)",
        "5": "5 days · $0.45",
        "7": "7 days · $0.63 ($0.18 more)",
    }
    assert act(client, hold, "days", days=7) == ["“Emma” is yours for 7 days. $0.18 was charged."]
    assert act(client, hold, "days", days=3) == ["“Emma” is yours for 3 days. $0.36 went back to your wallet."]


def test_other_days_for_a_place_cost_nothing_yet(client, reader, now) -> None:
    book = book_with_copies(1, title="Emma")
    lent(patron(), book, now)
    place = reserved(reader, book, now)
    assert act(client, place, "days", days=1) == ["“Emma” is yours for 1 day."]


@pytest.mark.parametrize(("days", "said"), [("", "Please choose for how many days."), ("x", "Enter a whole number.")])
def test_days_that_make_no_sense_change_nothing(client, reader, now, days, said) -> None:
    hold = reserved(reader, book_with_copies(1), now, days=5)
    assert act(client, hold, "days", days=days) == [said]
    hold.refresh_from_db()
    assert hold.days == 5


def test_more_days_than_the_plan_allows_lead_to_the_plans(client, reader, now) -> None:
    hold = reserved(reader, book_with_copies(1), now, days=5)
    [said] = act(client, hold, "days", days=8)
    assert said.endswith('<a href="/me/plan/">Compare plans</a>')


def test_a_place_is_paused_until_a_day_and_goes_on(client, reader, now, today) -> None:
    book = book_with_copies(1, title="Emma")
    lent(patron(), book, now)
    place = reserved(reader, book, now)
    until = today + timedelta(days=10)
    assert act(client, place, "pause", until=until.isoformat()) == [
        f"Others go first until {day(until)}. You keep your place for “Emma”."
    ]
    assert f"Paused until {day(until)}" in shelf(client)
    assert act(client, place, "go-on") == ["You are in the queue for “Emma” again, at the place you kept."]
    assert "Paused" not in shelf(client)


def test_going_on_holds_a_copy_that_lay_there(client, reader, now, today) -> None:
    book = book_with_copies(1, title="Emma")
    loan = lent(patron(), book, now)
    place = reserved(reader, book, now)
    act(client, place, "pause", until=(today + timedelta(days=10)).isoformat())
    services.return_copy(reservation_id=loan.pk, now=now)
    [said] = act(client, place, "go-on")
    assert said.startswith("“Emma” is held for you until")
    assert said.endswith("$0.63 was charged.")


def test_the_page_knows_the_days_to_which_a_pause_can_go(client, reader, now, today, settings) -> None:
    settings.MAX_PAUSE_DAYS = 30
    book = book_with_copies(1)
    lent(patron(), book, now)
    place = reserved(reader, book, now)
    first, last = (today + timedelta(days=1)).isoformat(), (today + timedelta(days=30)).isoformat()
    assert f'min="{first}" max="{last}"' in shelf(client)
    for wrong in (today, today + timedelta(days=31)):
        [said] = act(client, place, "pause", until=wrong.isoformat())
        assert said == "A pause ends tomorrow at the earliest and in 30 days at the latest."
    assert act(client, place, "pause") == ["Please choose a day."]


def test_the_next_reader_goes_first_and_the_money_comes_back(client, reader, now) -> None:
    book, other = book_with_copies(1, title="Emma"), patron()
    hold = reserved(reader, book, now)
    assert "Let the next reader go first" not in shelf(client)
    behind = reserved(other, book, now)
    assert "Let the next reader go first" in shelf(client)
    assert act(client, hold, "defer") == [
        "The next reader has “Emma” first. You stand right behind. $0.63 went back to your wallet."
    ]
    hold.refresh_from_db()
    behind.refresh_from_db()
    assert (hold.status, behind.status) == (Status.PENDING, Status.READY)
