"""`manage.py audit`: a portal that works shows nothing, and each rule that is broken is found by its name, with ids."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

import books.services
import subscriptions.services
from books.models import Book
from library_portal.outbox.delivery import deliver
from library_portal.outbox.models import Delivery, OutboxEvent
from library_portal.redis import client
from reservations import services
from reservations.auditing import CHECKS, Findings, audit
from reservations.models import Reservation
from reservations.places.rebuilding import rebuild
from tests.factories.lending import book_with_copies
from tests.factories.people import patron


def settle() -> None:
    """Everything that lending does by event is done; what people and the search index would hear is left out."""
    while due := list(Delivery.objects.filter(queue="circulation", status="waiting").values_list("pk", "attempts")):
        for delivery_id, attempts in due:
            deliver(delivery_id=delivery_id, attempts=attempts)
    Delivery.objects.filter(status="waiting").update(status="done", done_at=timezone.now())
    OutboxEvent.objects.filter(published_at=None).update(published_at=timezone.now())


@dataclass(frozen=True)
class World:
    """One reservation in each state; `place` is the first of two in the queue behind `held`."""

    now: datetime
    returned: Reservation
    late: Reservation
    lost: Reservation
    lent: Reservation
    held: Reservation
    place: Reservation
    second: Reservation
    cancelled: Reservation


def ask(reader: Any, book: Book, now: datetime, days: int = 7) -> Reservation:
    return services.reserve(user_id=reader.pk, book_id=book.pk, days=days, join_queue=True, now=now)


def lend(book: Book, start: datetime, **about: str) -> Reservation:
    held = ask(patron(**about), book, start)
    return services.check_out(reservation_id=held.pk, now=start)


def build(start: datetime) -> World:
    book, sought = book_with_copies(5, price="9.00"), book_with_copies(1)
    Book.objects.update(updated_at=start - timedelta(days=1))
    returned, late = lend(book, start), lend(book, start, balance="0.71")
    lost, lent = lend(book, start, balance="5.00"), lend(book, start + timedelta(days=8), plan="PLUS")
    services.return_copy(reservation_id=returned.pk, now=start + timedelta(days=3))
    services.return_copy(reservation_id=late.pk, now=start + timedelta(days=9))
    services.lose_copy(reservation_id=lost.pk, now=start + timedelta(days=9))
    payment = subscriptions.services.start_top_up(user_id=late.user_id, amount=Decimal("1.00"), provider="test")
    subscriptions.services.confirm_payment(payment_id=payment.pk, now=start)
    now = start + timedelta(days=9)
    held, place, second = [ask(patron(plan="PLUS"), sought, now) for _ in range(3)]
    cancelled = ask(patron(), book, now)
    services.cancel(reservation_id=cancelled.pk, now=now)
    settle()
    ids = [one.pk for one in (returned, late, lost, lent, held, place, second, cancelled)]
    return World(now, *(Reservation.objects.get(pk=pk) for pk in ids))


@pytest.fixture
def world(db: None) -> World:
    """From nine days ago until now."""
    return build(timezone.now() - timedelta(days=9))


def run(sql: str, world: World) -> None:
    """With `{place}` and the like for the ids of the world's reservations."""
    ids = {name: one.pk for name, one in vars(world).items() if isinstance(one, Reservation)}
    copies = {f"{name}_copy": one.copy_id for name, one in vars(world).items() if isinstance(one, Reservation)}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE subscriptions_ledgerentry DISABLE TRIGGER USER")
        cursor.execute(sql.format(**ids, **copies))


def dropping(table: str, *constraints: str) -> str:
    return "".join(f"ALTER TABLE {table} DROP CONSTRAINT {name};" for name in constraints)


RESERVATION = "UPDATE reservations_reservation SET "
NO_RULES = dropping(
    "reservations_reservation",
    "reservation_copy_fits_status",
    "reservation_hold_fits_status",
    "reservation_loan_dates_fit_status",
    "reservation_closed_at_fits_status",
    "reservation_amounts_make_sense",
    "reservation_lost_only_when_closed",
)
COPY = "UPDATE books_copy SET "
ENTRY = "UPDATE subscriptions_ledgerentry SET "
EVENT = "(SELECT id FROM outbox_outboxevent WHERE name = 'reservation.ready' ORDER BY id DESC LIMIT 1)"

# Compared with Redis, which no SQL breaks.
IN_REDIS = {"queues-in-redis"}
# What is broken: the SQL, and the checks that see it, no others.
BREAKAGES = {
    "a lent copy stands on the shelf": (COPY + "status = 'available' WHERE id = {lent_copy}", ["copy-and-reservation"]),
    "a held copy is lent to nobody": (COPY + "status = 'on_loan' WHERE id = {held_copy}", ["copy-and-reservation"]),
    "a free copy is held for nobody": (COPY + "status = 'held' WHERE id = {returned_copy}", ["copy-and-reservation"]),
    "one copy is lent twice": (
        "DROP INDEX reservation_one_per_copy;" + RESERVATION + "copy_id = {lent_copy} WHERE id = {held}",
        ["copy-and-reservation", "copy-of-another-book"],
    ),
    "a loan has a copy of another book": (
        RESERVATION + "copy_id = {held_copy} WHERE id = {returned}",
        ["copy-of-another-book"],
    ),
    "a lost copy is back without being found": (
        COPY + "status = 'available', reason = '' WHERE id = {lost_copy}",
        ["lost-copy"],
    ),
    "a lent copy is on the hold shelf": (
        "INSERT INTO reservations_holdshelfplace (copy_id, reservation_id, placed_at)"
        " VALUES ({lent_copy}, {lent}, now())",
        ["hold-shelf"],
    ),
    "somebody waits twice for a book": (
        "DROP INDEX reservation_one_open_per_patron_and_book;"
        + RESERVATION
        + "user_id = (SELECT user_id FROM reservations_reservation WHERE id = {place}) WHERE id = {second}",
        ["open-twice"],
    ),
    "a place has a time of holding": (
        NO_RULES + RESERVATION + "hold_until = now() + interval '1 year' WHERE id = {place}",
        ["state"],
    ),
    "a loan has no dates": (NO_RULES + RESERVATION + "due_on = NULL WHERE id = {lent}", ["state"]),
    "what ended has no end": (NO_RULES + RESERVATION + "closed_at = NULL WHERE id = {cancelled}", ["state"]),
    "a hold never ends": (RESERVATION + "hold_until = now() - interval '1 day' WHERE id = {held}", ["hold-over"]),
    "a loan is due before its days are over": (
        RESERVATION + "due_on = starts_on + 6 WHERE id = {lent}",
        ["loan-dates"],
    ),
    "a balance is not its entries": (
        "UPDATE subscriptions_wallet SET balance = balance + 1 WHERE user_id = (SELECT user_id FROM"
        " reservations_reservation WHERE id = {lent})",
        ["wallet-balance"],
    ),
    "a balance is below zero": (
        dropping("subscriptions_wallet", "wallet_balance_not_negative")
        + "UPDATE subscriptions_wallet SET balance = -1 WHERE user_id = (SELECT user_id FROM"
        " reservations_reservation WHERE id = {lent})",
        ["wallet-balance", "negative-balance"],
    ),
    "an entry leaves another balance": (
        ENTRY + "balance_after = balance_after + 1 WHERE reference = 'reservation:{lent}'",
        ["ledger-runs"],
    ),
    "a debt is forgotten": ("UPDATE subscriptions_debt SET outstanding = 0", ["debts", "lost-charges"]),
    "a payment is confirmed without money": (
        "UPDATE subscriptions_payment SET amount = 2",
        ["payments"],
    ),
    "an entry speaks of no reservation": (
        ENTRY + "reference = 'reservation:999999' WHERE reference = 'reservation:{lent}'",
        ["ledger-references", "reservation-money"],
    ),
    "more is paid than the ledger says": (
        RESERVATION + "price = 9, paid = 9 WHERE id = {lent}",
        ["price", "reservation-money"],
    ),
    "a late fee was never charged": (RESERVATION + "late_fee = 5 WHERE id = {late}", ["late-fees", "late-fee-rule"]),
    "a lost copy costs nothing": (RESERVATION + "lost_fee = 0 WHERE id = {lost}", ["lost-charges", "late-fee-rule"]),
    "a place is paid": (
        RESERVATION + "paid = 1, refunded = 1 WHERE id = {place}",
        ["amounts"],
    ),
    "a discount without a name": (RESERVATION + "discount_name = '' WHERE id = {lent}", ["discount"]),
    "a hold costs too little for its days": (RESERVATION + "days = 8 WHERE id = {held}", ["price"]),
    "days not used were kept": (
        RESERVATION + "closed_at = closed_at - interval '1 day' WHERE id = {returned}",
        ["early-return"],
    ),
    "a book miscounts who waits": (
        "UPDATE books_book SET waiting_count = 7 WHERE waiting_count = 2",
        ["waiting-count"],
    ),
    "a place has another plan's priority": (RESERVATION + "priority = 0 WHERE id = {second}", ["priority"]),
    "a copy was held past who waits": (
        RESERVATION + "queued_at = queued_at - interval '1 hour',"
        " joined_at = joined_at - interval '1 hour' WHERE id = {place};"
        "UPDATE subscriptions_subscription SET period_started_at = now() - interval '20 days'",
        ["overtaken"],
    ),
    "a free copy of a book that is waited for": (
        "INSERT INTO books_copy (book_id, barcode, status, reason) SELECT book_id, 'new', 'available', ''"
        " FROM reservations_reservation WHERE id = {place}",
        ["free-copy-waited-for"],
    ),
    "more copies than the plan allows": (
        "UPDATE subscriptions_plan SET max_copies = 0 WHERE code = 'PLUS';"
        "UPDATE subscriptions_subscription SET period_started_at = now() - interval '20 days'",
        ["copies-at-once"],
    ),
    "more holds in a week than the plan allows": (
        "UPDATE subscriptions_plan SET holds_per_week = 0 WHERE code = 'PLUS';"
        "UPDATE subscriptions_subscription SET period_started_at = now() - interval '20 days'",
        ["holds-per-week"],
    ),
    "a paid plan never ends": (
        "UPDATE subscriptions_subscription SET period_ends_at = NULL",
        ["plan-periods"],
    ),
    "a message came twice": (
        dropping("notifications_notification", "notification_once_per_event_and_person")
        + "INSERT INTO notifications_notification (user_id, kind, key, subject, title, body, url, former_address)"
        " SELECT id, 'account', 'twice', '', '', '', '', '' FROM (SELECT min(id) AS id FROM accounts_user) AS one,"
        " generate_series(1, 2)",
        ["messages-twice"],
    ),
    "an answer is kept for ever": (
        "INSERT INTO api_keptanswer (user_id, path, key, body_hash, content, content_type, location, effects,"
        " claimed_at) SELECT min(id), '/', 'key', '', '', '', '', '[]', now() - interval '2 days' FROM accounts_user",
        ["kept-answers"],
    ),
    "an event was not given to a handler": (
        f"DELETE FROM outbox_delivery WHERE event_id = {EVENT}",
        ["deliveries-missing"],
    ),
    "a delivery was given up": (
        f"UPDATE outbox_delivery SET status = 'dead', last_error = 'broken' WHERE event_id = {EVENT}",
        ["dead-letters"],
    ),
    "a delivery is never done": (
        f"UPDATE outbox_delivery SET status = 'waiting', done_at = NULL WHERE event_id = {EVENT}",
        ["deliveries-late"],
    ),
    "an event never went out": (
        f"UPDATE outbox_outboxevent SET published_at = NULL WHERE id = {EVENT}",
        ["events-unpublished"],
    ),
    "a hold has no event": (
        "DELETE FROM outbox_delivery WHERE event_id IN (SELECT id FROM outbox_outboxevent WHERE name ="
        " 'reservation.checked_out');DELETE FROM outbox_outboxevent WHERE name = 'reservation.checked_out'",
        ["events-of-reservations"],
    ),
    "an entry and its event differ": (
        ENTRY + "created_at = created_at + interval '2 minutes';"
        "UPDATE outbox_outboxevent SET payload = payload || '{{\"amount\": \"99.00\"}}' WHERE name = 'wallet.debited'"
        " AND payload ->> 'reference' = 'reservation:{lent}'",
        ["events-of-money"],
    ),
    "events out of order": (
        "UPDATE outbox_outboxevent SET recorded_at = recorded_at - interval '1 day' WHERE name ="
        " 'reservation.returned'",
        ["events-order"],
    ),
}


def test_a_portal_that_works_shows_nothing(world: World) -> None:
    report = audit(now=timezone.now(), settled=True)
    assert (report.wrong, set(report.findings)) == ({}, set(CHECKS))


def test_what_is_broken_is_found_by_the_rule_it_breaks(world: World) -> None:
    found = {what: sorted(found_after(sql, world)) for what, (sql, _checks) in BREAKAGES.items()}
    assert found == {what: sorted(checks) for what, (_sql, checks) in BREAKAGES.items()}


def found_after(sql: str, world: World) -> dict[str, Findings]:
    """What the audit finds when this was done, which is undone again."""
    with transaction.atomic():
        run(sql, world)
        found = audit(now=timezone.now(), settled=True).wrong
        transaction.set_rollback(True)
    return found


def test_every_rule_is_broken_by_something() -> None:
    assert {name for _sql, checks in BREAKAGES.values() for name in checks} == set(CHECKS) - IN_REDIS


def test_a_finding_says_what_is_wrong_with_the_ids_of_everything_concerned(world: World) -> None:
    found = found_after(BREAKAGES["a lent copy stands on the shelf"][0], world)
    copy_id, lent_id, book_id = world.lent.copy_id, world.lent.pk, world.lent.book_id
    what = f"Copy {copy_id} (book {book_id}) is “available”; reservations that have it: active #{lent_id}."
    ids = {"copy_id": copy_id, "book_id": book_id, "status": "available", "reservations": f"active #{lent_id}"}
    assert found == {"copy-and-reservation": Findings(1, [{"what": what} | ids])}


def test_of_each_kind_the_first_twenty_are_shown_and_all_are_counted(db: None) -> None:
    Book.objects.bulk_create(Book(title="Sought", waiting_count=1) for _ in range(25))
    found = audit(now=timezone.now()).wrong["waiting-count"]
    assert (found.count, len(found.first)) == (25, 20)


def test_what_is_under_way_is_wrong_only_in_a_portal_that_has_settled(world: World) -> None:
    """A copy that has just come, and the event that will give it to the next in the queue."""
    place = world.place
    books.services.add_copy(book_id=place.book_id)
    soon = timezone.now()
    assert audit(now=soon).wrong == {}
    assert sorted(audit(now=soon, settled=True).wrong) == ["deliveries-late", "events-unpublished"]
    Delivery.objects.filter(status="waiting").update(status="done", done_at=soon)
    OutboxEvent.objects.update(recorded_at=soon - timedelta(hours=1), published_at=soon)
    later = audit(now=soon).wrong["free-copy-waited-for"]
    assert [finding["reservation_id"] for finding in later.first] == [place.pk, world.second.pk]


def test_who_can_not_have_the_free_copy_is_no_finding(world: World) -> None:
    books.services.add_copy(book_id=world.place.book_id)
    subscriptions.services.adjust(user_id=world.place.user_id, amount=Decimal(-50), reason="gone", key="gone")
    services.pause(reservation_id=world.second.pk, until=world.now.date() + timedelta(days=5), now=world.now)
    settle()
    assert audit(now=timezone.now(), settled=True).wrong == {}


@pytest.mark.django_db(transaction=True)
def test_the_command_tells_people_and_programs_and_fails_when_something_is_wrong() -> None:
    book = book_with_copies(1)
    assert told() == (0, f"{len(CHECKS)} rules checked: nothing is wrong.\n")
    assert json.loads(told("--json")[1])["is_right"] is True
    Book.objects.update(waiting_count=3)
    assert told() == (
        1,
        f"waiting-count: 1\n  Book {book.pk} says that 3 wait; 0 do.\n"
        f"{len(CHECKS)} rules checked: 1 findings, see docs/auditing.md.\n",
    )
    code, printed = told("--json")
    what = {"what": f"Book {book.pk} says that 3 wait; 0 do.", "book_id": book.pk, "waiting_count": 3, "waiting": 0}
    assert (code, json.loads(printed)["checks"]["waiting-count"]) == (
        1,
        {"count": 1, "not_checked": "", "first": [what]},
    )


@pytest.mark.django_db(transaction=True)
def test_a_set_in_redis_that_is_not_the_queue_is_found() -> None:
    book = book_with_copies(0)
    rebuild([book.pk])
    assert told()[0] == 0
    client().zadd(f"queue:{book.pk}", {"nobody": 0})
    assert told()[1].startswith(f"queues-in-redis: 1\n  The queue of book {book.pk} is another one in Redis.\n")


@pytest.fixture
def without_redis(settings: Any) -> Iterator[None]:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    client.cache_clear()
    yield
    client.cache_clear()


def test_without_redis_the_rest_is_checked(db: None, without_redis: None) -> None:
    report = audit(now=timezone.now())
    assert (report.wrong, list(report.not_checked)) == ({}, ["queues-in-redis"])


def told(*options: str) -> tuple[int, str]:
    """How `manage.py audit` ends, and what it prints."""
    out = StringIO()
    try:
        call_command("audit", *options, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()
