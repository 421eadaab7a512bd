"""The page that asks once more before a book is reserved, and the card beside the book that leads to it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from reservations import services
from reservations.library_calendar import library_calendar
from reservations.models import Closure, Reservation, Status
from subscriptions.queries import wallet_of
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


def words_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def queue_for(book, *, length: int, now: datetime) -> None:
    lent(patron(), book, now)
    for _ in range(length):
        reserved(patron(), book, now)


def test_every_length_of_the_plan_is_offered_with_its_price(client, reader) -> None:
    page = client.get(f"/books/{book_with_copies(1).pk}/reserve/").content.decode()
    assert page.count('type="radio" name="days"') == 14
    assert "$1.12" in page  # 14 days at $0.10, less 20 %


def test_price_discount_wallet_limits_and_deadline_are_said_before(client, reader, now) -> None:
    words = words_of(client.get(f"/books/{book_with_copies(1).pk}/reserve/?days=7"))
    deadline = timezone.localtime(library_calendar(today=timezone.localdate(now)).hold_until(now))
    for said in (
        "7 days at $0.10 each</dt><dd>$0.70",
        "20 % off with your plan",
        "<dd>−$0.14",
        "You pay now</dt><dd>$0.56",
        "$50.00",
        "$49.44",
        "0 of 10 so far",
        date_format(deadline, "D j M"),
        "Reserve for 7 days and pay $0.56",
    ):
        assert said in words


def test_a_place_in_the_queue_costs_nothing_yet_and_says_when_the_turn_comes(client, reader, now) -> None:
    book = book_with_copies(1)
    queue_for(book, length=2, now=now)
    words = words_of(client.get(f"/books/{book.pk}/reserve/"))
    for said in ("You pay when a copy is yours", "number 1", "until your turn", "Nobody is ahead of you, 1 copy"):
        assert said in words
    assert "You pay now" not in words


def test_closed_days_before_the_deadline_are_named(client, reader, now) -> None:
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    Closure.objects.create(first_on=tomorrow, last_on=tomorrow, reason="Holiday")
    book = book_with_copies(1)
    for address in (f"/books/{book.pk}/reserve/", f"/books/{book.pk}/"):
        assert f'<time class="nowrap" datetime="{tomorrow.isoformat()}">' in client.get(address).content.decode()


def test_that_many_wait_and_loans_are_shorter_is_said_before(client, reader, now, settings) -> None:
    settings.SHORT_LOAN_WAITING_PER_COPY, settings.SHORT_LOAN_DAYS = 2, 5
    book = book_with_copies(1)
    queue_for(book, length=2, now=now)
    for address in (f"/books/{book.pk}/reserve/", f"/books/{book.pk}/"):
        assert "it goes out for 5 days at most" in words_of(client.get(address))


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999999999", ""])
def test_days_that_make_no_sense_are_the_longest_of_the_plan(client, reader, days) -> None:
    answer = client.get(f"/books/{book_with_copies(1).pk}/reserve/", {"days": days})
    assert answer.context["quote"].days == 14


def test_the_books_page_leads_there(client, reader) -> None:
    book = book_with_copies(1)
    assert f'href="/books/{book.pk}/reserve/"' in client.get(f"/books/{book.pk}/").content.decode()


def test_the_books_page_promises_nothing_to_who_may_not_have_it(client, now) -> None:
    limited, poor, book = patron(), patron(balance="0.30"), book_with_copies(2)
    reserved(limited, book_with_copies(1), now)
    client.force_login(limited)
    words = words_of(client.get(f"/books/{book.pk}/"))
    assert "A copy is yours at once" not in words
    assert "Compare plans" in words
    assert f"/books/{book.pk}/reserve/" not in words
    client.force_login(poor)
    words = words_of(client.get(f"/books/{book.pk}/"))
    assert "A copy is yours at once" not in words
    assert "Top up your wallet" in words
    assert f"/books/{book.pk}/reserve/" in words  # for fewer days


def test_confirming_says_what_was_charged_and_until_when_it_is_held(client, reader) -> None:
    book = book_with_copies(1, title="Emma")
    answer = client.post(f"/books/{book.pk}/reserve/", {"days": "7"}, follow=True)
    [words] = told(answer)
    assert words.startswith("“Emma” is held for you until")
    assert words.endswith("$0.56 was charged.")
    assert answer.redirect_chain == [(f"/books/{book.pk}/", 302)]
    assert wallet_of(user_id=reader.pk).balance == Decimal("49.44")


def test_joining_the_queue_tells_the_place_and_costs_nothing(client, reader, now) -> None:
    book = book_with_copies(1, title="Emma")
    reserved(patron(), book, now)
    answer = client.post(f"/books/{book.pk}/reserve/", {"join_queue": "on"}, follow=True)
    assert told(answer) == ["You are number 1 in the queue for “Emma”. Nothing is charged until a copy is yours."]
    assert "Number <strong>1</strong> of 1" in answer.content.decode()


def test_who_agreed_to_a_copy_is_not_put_into_a_queue(client, reader, now) -> None:
    """The last copy went while the page was read."""
    book = book_with_copies(1)
    reserved(patron(), book, now)
    answer = client.post(f"/books/{book.pk}/reserve/", {"days": "7"}, follow=True)
    assert told(answer) == ["No copy of this book can be had right now."]
    assert answer.redirect_chain == [(f"/books/{book.pk}/reserve/?days=7", 302)]
    assert "Join the queue as number" in answer.content.decode()
    assert not Reservation.objects.filter(user=reader).exists()


def test_sent_twice_it_is_one_reservation(client, reader) -> None:
    book = book_with_copies(2)
    client.post(f"/books/{book.pk}/reserve/", {"days": "7"}, follow=True)
    again = client.post(f"/books/{book.pk}/reserve/", {"days": "7"}, follow=True)
    assert told(again) == ["You have this reservation already."]
    assert again.redirect_chain == [(f"/books/{book.pk}/", 302)]
    assert Reservation.objects.get().status == Status.READY
    assert wallet_of(user_id=reader.pk).balance == Decimal("49.44")


def test_without_money_the_wallet_is_a_link_away_and_leads_back(client) -> None:
    client.force_login(patron(balance="0.30"))
    here = f"/books/{book_with_copies(1).pk}/reserve/?days=7"
    page = client.get(here).content.decode()
    wallet = f"/me/wallet/?amount=1.00&amp;next={here.replace('/', '%2F').replace('?', '%3F').replace('=', '%3D')}"
    assert f'href="{wallet}"' in page
    assert "disabled>" in page
    there = client.post("/me/wallet/top-up/", {"amount": "1", "provider": "test", "next": here}).url
    assert client.post(there, {"confirm": ""}).url == here
    assert "disabled>" not in client.get(here).content.decode()


def test_a_refusal_comes_back_to_the_page_with_the_days_that_were_chosen(client) -> None:
    client.force_login(patron(balance="0"))
    book = book_with_copies(1)
    answer = client.post(f"/books/{book.pk}/reserve/", {"days": "3"}, follow=True)
    assert 'href="/me/wallet/?amount=1.00' in told(answer)[0]
    assert answer.context["quote"].days == 3
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999999999", "15"])
def test_days_that_make_no_sense_reserve_nothing(client, reader, days) -> None:
    book = book_with_copies(1)
    answer = client.post(f"/books/{book.pk}/reserve/", {"days": days}, follow=True)
    assert len(told(answer)) == 1
    assert not Reservation.objects.exists()


def test_who_is_blocked_is_led_to_the_shelf_and_the_wallet(client, reader, now) -> None:
    lent(reader, book_with_copies(1), now - timedelta(days=10))
    words = words_of(client.get(f"/books/{book_with_copies(1).pk}/reserve/"))
    assert '<a href="/me/">See your shelf</a> · <a href="/me/wallet/">Open your wallet</a>' in words


def test_a_stranger_logs_in_and_comes_back_to_the_page(client) -> None:
    book = book_with_copies(1)
    here = f"/books/{book.pk}/reserve/"
    assert client.get(f"{here}?days=3").url == f"/login/?next={here}%3Fdays%3D3"
    assert client.post(here).url == f"/login/?next={here}"


def test_what_the_library_does_not_have_or_lend_is_not_reserved(client, reader) -> None:
    assert client.get("/books/999999/reserve/").status_code == 404
    without_copies = book_with_copies(0)
    assert "disabled>" in client.get(f"/books/{without_copies.pk}/reserve/").content.decode()


def test_who_has_given_the_place_up_may_ask_again(client, reader, now) -> None:
    book = book_with_copies(1)
    services.cancel(reservation_id=reserved(reader, book, now).pk, now=now)
    assert client.get(f"/books/{book.pk}/reserve/").status_code == 200
