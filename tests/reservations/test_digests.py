"""Once a day: what is due, what is overdue, what awaits the desk (rules.md, "Notifications")."""

from datetime import date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import User
from library_portal.notifications.models import Notification, Preference
from library_portal.outbox.delivery import deliver_pending
from library_portal.outbox.models import OutboxEvent
from reservations import services
from reservations.models import HoldShelfPlace, Reservation
from reservations.services import reminders
from tests.factories.lending import book_with_copies
from tests.factories.people import librarian, patron

pytestmark = pytest.mark.django_db
NOW, TODAY = timezone.now, timezone.localdate


def lent(user: User, title: str, *, due_in: int, daily_fee: str = "0.10") -> Reservation:
    """On loan and due so many days from today, as if the days before had passed."""
    book, due_on = book_with_copies(1, title=title, daily_fee=daily_fee), TODAY() + timedelta(days=due_in)
    book.copies.update(status="on_loan")
    return Reservation.objects.create(
        user=user,
        book=book,
        copy=book.copies.get(),
        status="active",
        days=7,
        price=0,
        ready_at=NOW(),
        hold_until=NOW(),
        starts_on=due_on - timedelta(days=7),
        due_on=due_on,
    )


def told(user: User, kind: str) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(user=user, kind=kind).values_list("title", "body"))


def mails(mailoutbox: list[Any], user: User, subject: str = "") -> list[str]:
    """Bodies of the newest mails to this person, by a part of the subject."""
    deliver_pending()
    return [mail.body for mail in mailoutbox if mail.to == [user.email] and subject in mail.subject]


def day(on: date) -> str:
    return f"{on:%A} {on.day} {on:%B}"


def events(name: str) -> list[dict[str, Any]]:
    return list(OutboxEvent.objects.filter(name=name).order_by("pk").values_list("payload", flat=True))


def test_five_overdue_books_are_one_message_with_days_and_fees() -> None:
    reader = patron(plan="PREMIUM")
    loans = [lent(reader, f"Book {days}", due_in=-days) for days in (1, 2, 3, 4, 30)]

    assert services.remind_patrons(now=NOW()) == 5

    assert told(reader, "overdue") == [
        (
            "5 books are late",
            "• “Book 30”: 30 days late, late fee so far $6.00\n"
            "• “Book 4”: 4 days late, late fee so far $0.80\n"
            "• “Book 3”: 3 days late, late fee so far $0.60\n"
            "• “Book 2”: 2 days late, late fee so far $0.40\n"
            "• “Book 1”: 1 day late, late fee so far $0.20\n"
            "Together: $8.00\n\n"
            "Late fees grow each day, and what is late can't be extended: please bring it back soon.",
        )
    ]
    assert [(event["reservation_id"], event["on"]) for event in events("reservation.overdue")] == [
        (loan.pk, TODAY().isoformat()) for loan in loans
    ]


def test_what_ends_tomorrow_and_today_is_one_message_and_later_none() -> None:
    reader = patron(plan="PREMIUM")
    tomorrow, today, _later = (lent(reader, f"In {days}", due_in=days) for days in (1, 0, 2))

    services.remind_patrons(now=NOW())

    [(title, body)] = told(reader, "loan_ends_tomorrow")
    assert title == "2 books are due"
    assert body.splitlines()[:2] == [
        f"• “In 0”: today, {day(TODAY())}",
        f"• “In 1”: tomorrow, {day(TODAY() + timedelta(days=1))}",
    ]
    assert [event["reservation_id"] for event in events("reservation.ends_soon")] == [tomorrow.pk, today.pk]
    assert told(reader, "overdue") == []


def test_it_is_said_once_a_day_however_often_it_runs() -> None:
    reader = patron(plan="PREMIUM")
    lent(reader, "Emma", due_in=-1)

    reminded = [services.remind_patrons(now=NOW()) for _run in range(3)]
    lent(reader, "Persuasion", due_in=-1)
    reminded.append(services.remind_patrons(now=NOW()))

    assert reminded == [1, 0, 0, 1]
    assert [title for title, _body in told(reader, "overdue")] == ["“Emma” is 1 day late"]
    assert services.remind_patrons(now=NOW() + timedelta(days=1)) == 2
    assert [title for title, _body in told(reader, "overdue")] == ["2 books are late", "“Emma” is 1 day late"]


@pytest.mark.parametrize("settled", ["returned", "extended", "lost"])
def test_what_was_settled_before_the_mail_went_out_is_left_out_of_it(mailoutbox, settled: str) -> None:
    reader = patron(plan="PREMIUM")
    gone, stays = lent(reader, "Emma", due_in=0), lent(reader, "Persuasion", due_in=0)
    services.remind_patrons(now=NOW())
    settle = {
        "returned": services.return_copy,
        "extended": services.extend,
        "lost": services.lose_copy,
    }
    settle[settled](reservation_id=gone.pk, now=NOW())

    [text] = mails(mailoutbox, reader, "due today")

    assert "Persuasion" in text
    assert "Emma" not in text
    assert [title for title, _body in told(reader, "loan_ends_tomorrow")] == ["2 books are due"]
    assert stays.due_on == TODAY()


def test_what_is_late_and_what_will_be_due_are_mails_of_their_own(mailoutbox) -> None:
    reader = patron(plan="PREMIUM")
    lent(reader, "Emma", due_in=-1)
    lent(reader, "Persuasion", due_in=1)
    services.remind_patrons(now=NOW())

    [late], [due] = mails(mailoutbox, reader, "is 1 day late"), mails(mailoutbox, reader, "is due tomorrow")

    assert ("Emma" in late, "Persuasion" in late) == (True, False)
    assert ("Emma" in due, "Persuasion" in due) == (False, True)


def test_nothing_is_mailed_when_everything_is_back(mailoutbox) -> None:
    reader = patron()
    loan = lent(reader, "Emma", due_in=-2)
    services.remind_patrons(now=NOW())
    services.return_copy(reservation_id=loan.pk, now=NOW())

    assert mails(mailoutbox, reader, "late") == []


def test_a_digest_that_could_not_leave_in_time_leaves_it_to_the_next_days(mailoutbox) -> None:
    reader = patron()
    lent(reader, "Emma", due_in=-2)
    services.remind_patrons(now=NOW() - timedelta(days=1))
    services.remind_patrons(now=NOW())

    assert len(told(reader, "overdue")) == 2
    [text] = mails(mailoutbox, reader, "late")
    assert "“Emma”: 2 days late" in text


def test_who_is_closed_is_told_nothing_and_the_event_is_recorded_all_the_same(mailoutbox) -> None:
    reader = patron()
    loan = lent(reader, "Emma", due_in=-1)
    User.objects.filter(pk=reader.pk).update(is_active=False)

    services.remind_patrons(now=NOW())

    assert told(reader, "overdue") == []
    assert [event["reservation_id"] for event in events("reservation.overdue")] == [loan.pk]


def test_everybody_is_spoken_to_in_their_own_language_and_only_of_their_own() -> None:
    german, english = patron(), patron()
    User.objects.filter(pk=german.pk).update(language="de")
    lent(german, "Emma", due_in=1)
    lent(english, "Persuasion", due_in=1)

    services.remind_patrons(now=NOW())

    [(_title, in_german)], [(_title, in_english)] = (told(one, "loan_ends_tomorrow") for one in (german, english))
    tomorrow = TODAY() + timedelta(days=1)
    with translation.override("de"):
        assert f"“Emma”: tomorrow, {date_format(tomorrow, 'l')}" in in_german
    assert "Persuasion" not in in_german
    assert f"“Persuasion”: tomorrow, {day(tomorrow)}" in in_english


def test_a_run_that_is_stopped_goes_on_where_it_was(monkeypatch) -> None:
    monkeypatch.setattr(reminders, "PEOPLE_AT_ONCE", 2)
    monkeypatch.setattr(reminders, "MOST_PEOPLE", 4)
    for number in range(6):
        lent(patron(), f"Book {number}", due_in=-1)

    assert [services.remind_patrons(now=NOW()) for _run in range(3)] == [4, 2, 0]
    assert Notification.objects.filter(kind="overdue").count() == 6


def test_the_number_of_statements_does_not_grow_with_the_loans() -> None:
    def statements(people: int) -> int:
        for _person in range(people):
            reader = patron(plan="PREMIUM")
            for days in (1, 2):
                lent(reader, f"Book {days}", due_in=-days)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert services.remind_patrons(now=NOW()) == 2 * people
        return len(queries)

    assert statements(1) == statements(6)


@pytest.mark.django_db(transaction=True)
def test_runs_at_the_same_moment_tell_everybody_once() -> None:
    readers = [patron(plan="PREMIUM") for _number in range(5)]
    for reader in readers:
        lent(reader, "Emma", due_in=-1)
        lent(reader, "Persuasion", due_in=1)
    together, reminded = Barrier(4), []

    def run() -> None:
        together.wait()
        try:
            reminded.append(services.remind_patrons(now=NOW()))
        finally:
            connection.close()

    threads = [Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(reminded) == 10
    assert len(reminded) == 4
    assert [len(told(reader, kind)) for reader in readers for kind in ("overdue", "loan_ends_tomorrow")] == [1] * 10


@pytest.mark.parametrize(("hour", "yes"), [(7, False), (8, True), (23, True)])
def test_nobody_is_woken_by_it(settings, hour: int, yes: bool) -> None:
    settings.TIME_ZONE = "America/New_York"
    there = datetime(2026, 7, 1, hour, tzinfo=timezone.get_default_timezone())

    assert services.is_time_to_remind(there) is yes


def test_digests_are_forgotten_with_the_loans_they_name() -> None:
    reader, other = patron(), patron()
    loan = lent(reader, "Emma", due_in=-1)
    lent(other, "Emma", due_in=-1)
    services.remind_patrons(now=NOW())
    services.return_copy(reservation_id=loan.pk, now=timezone.now())

    services.forget_loans_of(user_id=reader.pk)

    assert (told(reader, "overdue"), len(told(other, "overdue"))) == ([], 1)


def test_the_staff_hear_what_awaits_them_and_no_reader_is_named(mailoutbox) -> None:
    staff, reader = librarian(), patron(plan="PREMIUM", username="somebody-reading")
    late = [lent(reader, title, due_in=-days) for title, days in (("Emma", 3), ("Persuasion", 1))]
    book = book_with_copies(1)
    held = services.reserve(user_id=patron().pk, book_id=book.pk, days=7, join_queue=False, now=NOW())
    lost = services.lose_copy(reservation_id=late[1].pk, now=NOW())

    assert [services.tell_staff(now=NOW()), services.tell_staff(now=NOW())] == [1, 0]

    [(title, body)] = told(staff, "staff_digest")
    assert title == "At the desk today: 1 loan overdue, 1 hold to pull, 1 copy lost"
    assert f"• “Emma” ({late[0].copy.barcode}): 3 days" in body
    assert told(reader, "staff_digest") == []
    HoldShelfPlace.objects.create(copy_id=held.copy_id, reservation=held, placed_at=NOW())
    [text] = mails(mailoutbox, staff, "At the desk today")
    assert text.startswith("At the desk today: 1 loan overdue, 1 copy lost\n")  # as of now: the hold is pulled
    assert "/admin/reservations/reservation/?overdue=yes" in text
    assert "somebody-reading" not in body + text
    assert lost.lost_on == TODAY()


def test_holds_that_ran_out_since_yesterday_are_counted() -> None:
    staff, reader = librarian(), patron(plan="PREMIUM")
    for ran_out_before in (timedelta(0), timedelta(days=3)):
        book = book_with_copies(1)
        held = services.reserve(user_id=reader.pk, book_id=book.pk, days=7, join_queue=False, now=NOW())
        Reservation.objects.filter(pk=held.pk).update(hold_until=NOW() - ran_out_before)
        services.expire_hold(reservation_id=held.pk, now=NOW() - ran_out_before)

    services.tell_staff(now=NOW())

    assert [title for title, _body in told(staff, "staff_digest")] == ["At the desk today: 1 hold ran out"]


def test_at_most_twenty_are_named_the_longest_first() -> None:
    staff = librarian()
    for days in range(1, 23):
        lent(patron(), f"Late {days:02}", due_in=-days)

    services.tell_staff(now=NOW())

    [(title, body)] = told(staff, "staff_digest")
    named = [line.split("”")[0].removeprefix("• “") for line in body.splitlines() if line.startswith("•")]
    assert title == "At the desk today: 22 loans overdue"
    assert named == [f"Late {days:02}" for days in range(22, 2, -1)]


def test_nothing_to_say_is_not_said_and_staff_who_want_no_mail_get_none(mailoutbox) -> None:
    staff, quiet, closed = librarian(), librarian(), librarian()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    Preference.objects.create(user=quiet, kind="staff_digest", by_mail=False)

    assert services.tell_staff(now=NOW()) == 0

    lent(patron(), "Emma", due_in=-1)
    assert services.tell_staff(now=NOW()) == 2
    assert [len(mails(mailoutbox, one, "At the desk")) for one in (staff, quiet, closed)] == [1, 0, 0]
