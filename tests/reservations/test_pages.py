"""Reserving, checking out, returning and cancelling on the pages: forms that also work without a script."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reservations import services
from reservations.models import Reservation, Status
from subscriptions import queries as money
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(client: Client):
    reader = patron(plan="PREMIUM")
    client.force_login(reader)
    return reader


def told(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def reserved(user, book, *, days: int = 7, now=None) -> Reservation:
    return services.reserve(user_id=user.pk, book_id=book.pk, days=days, join_queue=True, now=now or timezone.now())


def test_the_book_page_offers_every_length_of_the_plan_with_its_price(client, reader) -> None:
    book = book_with_copies(1)
    page = client.get(f"/books/{book.pk}/").content.decode()
    assert page.count('name="days"') == 14
    assert "$1.12" in page  # 14 days at $0.10, less 20 %
    assert "Reserve and pay" in page


def test_reserving_says_what_was_charged_and_until_when_it_is_held(client, reader) -> None:
    book = book_with_copies(1, title="Emma")
    answer = client.post(f"/books/{book.pk}/reserve/", {"days": "7"}, follow=True)
    [words] = told(answer)
    assert words.startswith("“Emma” is held for you until")
    assert words.endswith("$0.56 was charged.")
    assert answer.redirect_chain == [(f"/books/{book.pk}/", 302)]
    assert money.wallet_of(user_id=reader.pk).balance == 50 - Reservation.objects.get().price


def test_joining_the_queue_tells_the_place_and_costs_nothing(client, reader) -> None:
    book = book_with_copies(1, title="Emma")
    reserved(patron(), book)
    answer = client.post(f"/books/{book.pk}/reserve/", follow=True)
    assert told(answer) == ["You are number 1 in the queue for “Emma”. Nothing is charged until a copy is yours."]
    assert "number <strong>1</strong> of 1" in answer.content.decode()


def test_without_money_the_way_to_the_wallet_is_shown(client) -> None:
    client.force_login(patron(balance="0"))
    book = book_with_copies(1)
    answer = client.post(f"/books/{book.pk}/reserve/", {"days": "7"}, follow=True)
    assert 'href="/me/wallet/"' in told(answer)[0]
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999999999", "15"])
def test_days_that_make_no_sense_reserve_nothing(client, reader, days) -> None:
    book = book_with_copies(1)
    answer = client.post(f"/books/{book.pk}/reserve/", {"days": days}, follow=True)
    assert len(told(answer)) == 1
    assert not Reservation.objects.exists()


def test_a_stranger_is_asked_to_log_in_and_comes_back_to_the_book(client) -> None:
    book = book_with_copies(1)
    assert client.post(f"/books/{book.pk}/reserve/").url == f"/login/?next=/books/{book.pk}/"
    assert client.post("/me/reservations/1/cancel/").url == "/login/?next=/me/"


def test_the_shelf_shows_everything_once_in_its_part(client, reader, django_assert_max_num_queries) -> None:
    now = timezone.now()
    ready, lent, waited_for, given_up = (book_with_copies(1) for _ in range(4))
    reserved(reader, ready)
    services.check_out(reservation_id=reserved(reader, lent).pk, now=now)
    reserved(patron(), waited_for)
    reserved(reader, waited_for)
    services.cancel(reservation_id=reserved(reader, given_up).pk, now=now)
    with django_assert_max_num_queries(14):
        answer = client.get("/me/")
    shelf = answer.context["shelf"]
    assert [[one.book for one in part] for part in (shelf.ready, shelf.on_loan, shelf.waiting, shelf.history)] == [
        [ready], [lent], [waited_for], [given_up]
    ]  # fmt: skip
    assert "7 days left" in answer.content.decode()


def test_an_empty_shelf_helps_on(client, reader) -> None:
    assert "Nothing on your shelf yet" in client.get("/me/").content.decode()


def test_check_out_and_return_say_what_happened(client, reader) -> None:
    reservation = reserved(reader, book_with_copies(1, title="Emma"))
    out = client.post(f"/me/reservations/{reservation.pk}/checkout/", follow=True)
    assert told(out)[0].startswith("Enjoy “Emma”. It is due back on")
    back = client.post(f"/me/reservations/{reservation.pk}/return/", follow=True)
    assert told(back) == ["Thank you for bringing back “Emma”. $0.56 for unused days went back to your wallet."]
    assert Reservation.objects.get().status == Status.COMPLETED


def test_a_late_return_names_the_fee(client, reader) -> None:
    long_ago = timezone.now() - timedelta(days=10)
    reservation = reserved(reader, book_with_copies(1, title="Emma"), now=long_ago)
    services.check_out(reservation_id=reservation.pk, now=long_ago)
    assert "3 days late" in client.get("/me/").content.decode()
    back = client.post(f"/me/reservations/{reservation.pk}/return/", follow=True)
    assert told(back) == ["Thank you for bringing back “Emma”. The late fee is $0.60."]


def test_cancelling_names_the_refund(client, reader) -> None:
    reservation = reserved(reader, book_with_copies(1, title="Emma"))
    answer = client.post(f"/me/reservations/{reservation.pk}/cancel/", {"next": "/me/"}, follow=True)
    assert told(answer) == ["Your reservation of “Emma” is cancelled. $0.56 went back to your wallet."]


@pytest.mark.parametrize("action", ["cancel", "checkout", "return"])
def test_nobody_touches_what_is_another_readers(client, reader, action) -> None:
    reservation = reserved(patron(), book_with_copies(1))
    assert client.post(f"/me/reservations/{reservation.pk}/{action}/").status_code == 404
    assert client.get(f"/me/reservations/{reservation.pk}/{action}/").status_code == 405
    assert Reservation.objects.get().status == Status.READY


@pytest.mark.parametrize("action", ["checkout", "return"])
def test_where_only_the_desk_lends_the_pages_do_not(client, reader, settings, action) -> None:
    settings.SELF_SERVICE = False
    reservation = reserved(reader, book_with_copies(1))
    assert client.post(f"/me/reservations/{reservation.pk}/{action}/").status_code == 403
    assert "Ask for it at the desk" in client.get("/me/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example"])
def test_an_action_never_leads_off_the_site(client, reader, target) -> None:
    reservation = reserved(reader, book_with_copies(1))
    assert client.post(f"/me/reservations/{reservation.pk}/cancel/", {"next": target}).url == "/me/"
