"""Acting from a mail by its signed link: no login, nothing by GET, and only while the reservation is as it was then."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from library_portal.audit.models import AuditEntry
from library_portal.notifications.models import Notification, Preference
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.models import Reservation
from subscriptions import queries as money
from tests.factories.lending import book_with_copies
from tests.factories.people import patron

pytestmark = pytest.mark.django_db
NO_LONGER, DECLINE, DEFER, LEAVE = (
    "This link no longer does anything", "I no longer want it", "Let the next reader go first", "Leave the queue",
)  # fmt: skip
LINK = re.compile(r"(.+):\nhttp://[^/]+(/me/from-mail/\?link=\S+)")


def reserve(user: User, book: Any) -> Reservation:
    return services.reserve(user_id=user.pk, book_id=book.pk, days=7, join_queue=True, now=timezone.now())


def links(mailoutbox: list[Any], user: User) -> dict[str, str]:
    """What the newest mail to this person offers: label → address."""
    deliver_pending()
    mine = [mail.body for mail in mailoutbox if mail.to == [user.email] and "/me/from-mail/" in mail.body]
    return dict(LINK.findall(mine[-1])) if mine else {}


def press(browser: Client, address: str) -> Any:
    """Open the link, and press the button."""
    page = browser.get(address)
    [token] = re.findall(r'name="link" value="([^"]+)"', page.content.decode())
    return browser.post("/me/from-mail/", {"link": unescape(token)})


def text(answer: Any) -> str:
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def status(reservation: Reservation) -> str:
    return Reservation.objects.get(pk=reservation.pk).status


def everything() -> list[Any]:
    return [
        list(table.objects.order_by("pk").values()) for table in (Reservation, OutboxEvent, Notification, AuditEntry)
    ]


def test_a_held_copy_is_declined_without_a_login_and_the_money_goes_back(mailoutbox, client) -> None:
    reader, next_reader, book = patron(), patron(), book_with_copies(1, title="Emma")
    held, waits = reserve(reader, book), reserve(next_reader, book)
    offered = links(mailoutbox, reader)
    assert list(offered) == [DEFER, DECLINE]

    done = press(client, offered[DECLINE])

    assert done.status_code == 200
    assert "Your reservation of “Emma” is cancelled. $0.70 went back to your wallet." in text(done)
    assert [status(held), status(waits)] == ["cancelled", "ready"]
    assert money.wallet_of(user_id=reader.pk).balance == 50


def test_the_next_reader_goes_first(mailoutbox, client) -> None:
    reader, next_reader, book = patron(), patron(), book_with_copies(1, title="Emma")
    held, waits = reserve(reader, book), reserve(next_reader, book)

    done = press(client, links(mailoutbox, reader)[DEFER])

    assert "The next reader has “Emma” first. You stand right behind. $0.70 went back to your wallet." in text(done)
    assert [status(held), status(waits)] == ["pending", "ready"]


def test_who_waits_leaves_the_queue(mailoutbox, client) -> None:
    reader, book = patron(), book_with_copies(1, title="Emma")
    reserve(patron(), book)
    waits = reserve(reader, book)
    offered = links(mailoutbox, reader)
    assert list(offered) == [LEAVE]

    assert "You have left the queue for “Emma”." in text(press(client, offered[LEAVE]))
    assert status(waits) == "cancelled"


def test_who_was_passed_over_can_leave_too(mailoutbox, client) -> None:
    poor, book = patron(balance="0"), book_with_copies(1, title="Emma")
    holder, waits = reserve(patron(), book), reserve(poor, book)
    links(mailoutbox, poor)
    services.cancel(reservation_id=holder.pk, now=timezone.now())

    press(client, links(mailoutbox, poor)[LEAVE])

    assert status(waits) == "cancelled"


def test_nobody_is_offered_to_go_first_when_nobody_waits(mailoutbox) -> None:
    reader = patron()
    reserve(reader, book_with_copies(1))

    assert list(links(mailoutbox, reader)) == [DECLINE]


def test_opening_a_link_changes_nothing_however_often(mailoutbox, client) -> None:
    reader, book = patron(), book_with_copies(1, title="Emma")
    reserve(reader, book)
    reserve(patron(), book)
    offered, before = links(mailoutbox, reader), everything()

    answers = [ask(address) for address in offered.values() for ask in (client.get, client.head, client.get)]

    assert {answer.status_code for answer in answers} == {200}
    assert "Emma" in text(answers[0])
    assert "Nothing happens until you press the button." in text(answers[0])
    assert everything() == before


def test_a_link_works_once_and_then_says_what_is_the_case(mailoutbox, client) -> None:
    reader = patron()
    reserve(reader, book_with_copies(1, title="Emma"))
    address = links(mailoutbox, reader)[DECLINE]
    press(client, address)
    before = everything()

    again = [client.get(address), client.post("/me/from-mail/", {"link": address.partition("link=")[2]})]

    assert [answer.status_code for answer in again] == [410, 410]
    assert "Your reservation of it is cancelled." in text(again[0])
    assert NO_LONGER in text(again[1])
    assert 'href="/me/"' in again[0].content.decode()
    assert everything() == before


def test_the_mail_of_an_earlier_hold_does_nothing_to_a_newer_one(mailoutbox, client) -> None:
    reader, next_reader, book = patron(), patron(), book_with_copies(1, title="Emma")
    held, waits = reserve(reader, book), reserve(next_reader, book)
    old = links(mailoutbox, reader)
    services.defer(reservation_id=held.pk, now=timezone.now())
    services.cancel(reservation_id=waits.pk, now=timezone.now())
    assert status(held) == "ready"

    answers = [client.get(old[DECLINE]), client.post("/me/from-mail/", {"link": old[DEFER].partition("link=")[2]})]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert "A copy is held for you until" in text(answers[0])
    assert status(held) == "ready"


def test_a_link_to_a_lent_book_says_so(mailoutbox, client) -> None:
    reader = patron()
    held = reserve(reader, book_with_copies(1))
    address = links(mailoutbox, reader)[DECLINE]
    services.check_out(reservation_id=held.pk, now=timezone.now())

    assert "You have it on loan." in text(client.get(address))
    assert status(held) == "active"


@pytest.mark.parametrize("spoilt", ["", "nothing", "MTIzNDU:1abcde:forged-signature"])
def test_what_was_never_signed_here_tells_nothing(client, spoilt: str) -> None:
    answers = [client.get("/me/from-mail/", {"link": spoilt}), client.post("/me/from-mail/", {"link": spoilt})]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert "Nothing was changed." in text(answers[0])


def test_another_reservation_cannot_be_written_into_a_link(mailoutbox, client) -> None:
    reader, other = patron(), patron()
    reserve(reader, book_with_copies(1))
    theirs = reserve(other, book_with_copies(1))
    mine, others = (links(mailoutbox, one)[DECLINE].partition("link=")[2] for one in (reader, other))
    payload, signature = others.partition("%3A")[0], mine.partition("%3A")[2]

    answer = client.get(f"/me/from-mail/?link={payload}%3A{signature}")

    assert answer.status_code == 410
    assert status(theirs) == "ready"


def test_a_link_lives_ninety_days(mailoutbox, client, monkeypatch, settings) -> None:
    reader, book = patron(), book_with_copies(1)
    reserve(patron(), book)
    reserve(reader, book)
    address = links(mailoutbox, reader)[LEAVE]
    assert settings.MAIL_LINK_DAYS == 90

    def opened_after(days: int) -> int:
        monkeypatch.setattr("django.core.signing.time.time", lambda: now + days * 86_400)
        return client.get(address).status_code

    now = timezone.now().timestamp()
    assert [opened_after(days) for days in (89, 91)] == [200, 410]


def test_when_nobody_else_can_take_it_the_copy_stays(mailoutbox, client) -> None:
    reader, next_reader, book = patron(), patron(), book_with_copies(1)
    held, waits = reserve(reader, book), reserve(next_reader, book)
    address = links(mailoutbox, reader)[DEFER]
    services.cancel(reservation_id=waits.pk, now=timezone.now())

    refused = press(client, address)

    assert refused.status_code == 409
    assert "Nobody else can take this copy now. The copy stays held for you." in text(refused)
    assert status(held) == "ready"


@pytest.mark.parametrize("use_case", [services.cancel, services.defer])
def test_what_has_changed_between_look_and_lock_is_left_alone(use_case: Any) -> None:
    reader, book = patron(), book_with_copies(1)
    held = reserve(reader, book)
    reserve(patron(), book)
    services.change_days(reservation_id=held.pk, days=3, now=timezone.now())

    with pytest.raises(services.ChangedMeanwhile):
        use_case(reservation_id=held.pk, step=held.step, now=timezone.now())

    assert status(held) == "ready"


def test_it_counts_as_the_readers_own_doing_whoever_is_logged_in(mailoutbox, client) -> None:
    reader = patron()
    reserve(reader, book_with_copies(1))
    client.force_login(patron())

    press(client, links(mailoutbox, reader)[DECLINE])
    deliver_pending()

    assert not Notification.objects.filter(user=reader, kind="reservation_changed").exists()
    assert not AuditEntry.objects.filter(action="reservation_changed").exists()


def test_the_button_needs_the_form_it_stands_in(mailoutbox) -> None:
    reader = patron()
    held = reserve(reader, book_with_copies(1))
    address = links(mailoutbox, reader)[DECLINE]

    answer = Client(enforce_csrf_checks=True).post("/me/from-mail/", {"link": address.partition("link=")[2]})

    assert answer.status_code == 403
    assert status(held) == "ready"


def test_the_links_are_in_the_mail_and_nowhere_else(mailoutbox, client, caplog) -> None:
    """Both forms of the mail have them; what is kept, sent by SMS or logged has none."""
    reader, book = patron(), book_with_copies(1)
    User.objects.filter(pk=reader.pk).update(phone="+48601234567", phone_verified_at=timezone.now())
    Preference.objects.create(user=reader, kind="copy_ready", by_mail=True, by_sms=True)
    reserve(reader, book)
    [token] = [address.partition("link=")[2] for address in links(mailoutbox, reader).values()]

    press(client, f"/me/from-mail/?link={token}")
    client.get(f"/me/from-mail/?link={token}")

    [mail] = [mail for mail in mailoutbox if mail.to == [reader.email] and "is ready" in mail.subject]
    assert token in mail.alternatives[0].content
    assert "from-mail" not in str(everything())
    assert token not in caplog.text
    assert [mail for mail in mailoutbox if mail.to != [reader.email]] == []


def test_the_page_is_kept_nowhere_and_tells_other_sites_nothing(mailoutbox, client) -> None:
    reader = patron()
    reserve(reader, book_with_copies(1))

    page = client.get(links(mailoutbox, reader)[DECLINE])

    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"


def test_the_next_mail_tells_where_the_shelf_is_and_the_loan_is_extended_there(mailoutbox) -> None:
    reader = patron()
    held = reserve(reader, book_with_copies(1))
    loan = services.check_out(reservation_id=held.pk, now=timezone.now())
    Reservation.objects.filter(pk=loan.pk).update(due_on=timezone.localdate() + timedelta(days=1))
    services.remind_patrons(now=timezone.now())
    deliver_pending()

    [mail] = [mail for mail in mailoutbox if "due tomorrow" in mail.subject]
    assert "from-mail" not in mail.body
    assert "http://127.0.0.1:8000/me/" in mail.body
