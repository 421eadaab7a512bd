"""Random patrons, librarians, clocks and copies on the real services and PostgreSQL; after each step everything that
rules.md promises is checked, by the auditor and by rules written anew (rules.py)."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import books.services
import subscriptions.services
from books.models import Book, Copy
from library_portal.errors import PortalError
from library_portal.outbox.delivery import deliver
from library_portal.outbox.models import Delivery, OutboxEvent
from reservations import services, tasks
from reservations.auditing import audit
from reservations.models import Reservation, Status
from tests.factories.lending import book_with_copies
from tests.factories.people import patron
from tests.reservations.lending import checking, rules
from tests.reservations.lending.facts import facts

PEOPLE = ("FREE", "FREE", "PLUS", "PLUS", "PREMIUM")
# Discounts look back 60 days on the clock of the database, which stands still meanwhile.
LONGEST_STORY = timedelta(days=50)

person = st.sampled_from(range(len(PEOPLE)))
title = st.sampled_from(range(2))
wish = st.tuples(person, title)
money = st.sampled_from(["0", "0.50", "2.00", "40.00", "40.00"])
which = st.integers(0, 7)
days = st.integers(1, 15)


class Lending(RuleBasedStateMachine):
    """`clock` is what `django.utils.timezone.now` tells; each example is undone at its end."""

    clock: datetime

    @initialize(balances=st.tuples(*[money for _ in PEOPLE]), wishes=st.lists(wish, min_size=4, max_size=8))
    def open_the_library(self, balances: tuple[str, ...], wishes: list[tuple[int, int]]) -> None:
        self.example = transaction.savepoint()
        Lending.clock = self.start = timezone.now()
        self.readers = [patron(plan=plan, balance=dollars) for plan, dollars in zip(PEOPLE, balances, strict=True)]
        self.books = [book_with_copies(1, price="3.00"), book_with_copies(2, daily_fee="0.35")]
        Book.objects.update(updated_at=self.clock - timedelta(days=1))
        self.scanned: tuple[int, int, datetime] | None = None
        self.before = facts(self.clock)
        for who, what in wishes:
            self.reserve_one(who, what, days=7, waits=True)

    def teardown(self) -> None:
        if hasattr(self, "example"):
            transaction.savepoint_rollback(self.example)

    # What patrons do.

    @rule(wishes=st.lists(wish, min_size=1, max_size=3), days=days, waits=st.booleans())
    def reserve(self, wishes: list[tuple[int, int]], days: int, waits: bool) -> None:
        for who, what in wishes:
            self.reserve_one(who, what, days=days, waits=waits)

    def reserve_one(self, who: int, what: int, *, days: int, waits: bool) -> None:
        about = {"user_id": self.readers[who].pk, "book_id": self.books[what].pk}
        self.tries(services.reserve, **about, days=days, join_queue=waits, now=self.clock)

    @rule(one=which)
    def cancel(self, one: int) -> None:
        self.tries_with(one, services.cancel)

    @rule(one=which)
    def check_out(self, one: int) -> None:
        self.scan(one, services.check_out, Status.READY)

    @rule(one=which)
    def bring_back(self, one: int) -> None:
        self.scan(one, services.return_copy, Status.ACTIVE)

    @rule(one=which)
    def extend(self, one: int) -> None:
        self.tries_with(one, services.extend, Status.ACTIVE)

    @rule(one=which, days=days)
    def change_days(self, one: int, days: int) -> None:
        self.tries_with(one, services.change_days, days=days)

    @rule(one=which, days=st.integers(0, 20))
    def pause(self, one: int, days: int) -> None:
        until = timezone.localdate(self.clock) + timedelta(days=days) if days else None
        self.tries_with(one, services.pause, Status.PENDING, until=until)

    @rule(one=which)
    def let_the_next_go_first(self, one: int) -> None:
        self.tries_with(one, services.defer, Status.READY)

    @rule(who=person, dollars=st.sampled_from([1, 5, 35]))
    def top_up(self, who: int, dollars: int) -> None:
        payment = subscriptions.services.start_top_up(
            user_id=self.readers[who].pk, amount=Decimal(dollars), provider="test"
        )
        for _twice in range(2):
            self.tries(subscriptions.services.confirm_payment, payment_id=payment.pk, now=self.clock)

    @rule(who=person, plan=st.sampled_from(list(rules.PLANS)))
    def choose_a_plan(self, who: int, plan: str) -> None:
        self.tries(subscriptions.services.change_plan, user_id=self.readers[who].pk, plan_code=plan, now=self.clock)

    # What librarians do.

    @rule(one=which, position=st.integers(1, 4))
    def move(self, one: int, position: int) -> None:
        self.tries_with(one, services.move, Status.PENDING, position=position, reason="asked to")

    @rule(one=which)
    def lose(self, one: int) -> None:
        self.tries_with(one, services.lose_copy, Status.ACTIVE)

    @rule(one=which)
    def find(self, one: int) -> None:
        self.tries_with(one, services.find_copy, Status.COMPLETED)

    @precondition(lambda self: getattr(self, "scanned", None))
    @rule()
    def undo_the_scan(self) -> None:
        reservation_id, step, done_at = self.scanned
        is_lent = Reservation.objects.get(pk=reservation_id).status == Status.ACTIVE
        undo = services.undo_check_out if is_lent else services.undo_return
        self.tries(undo, reservation_id=reservation_id, step=step, done_at=done_at, now=self.clock)

    @rule(what=title)
    def buy_a_copy(self, what: int) -> None:
        if Copy.objects.filter(book=self.books[what]).count() < 4:
            self.tries(books.services.add_copy, book_id=self.books[what].pk)

    @rule(one=which)
    def repair_a_copy(self, one: int) -> None:
        self.tries(books.services.mark_copy_unavailable, copy_id=self.copy(one).pk, reason="in_repair")

    @rule(one=which)
    def repaired(self, one: int) -> None:
        copy = self.copy(one)
        if copy.reason != Copy.Reason.LOST:
            self.tries(books.services.mark_copy_available_again, copy_id=copy.pk)

    @rule(days=st.integers(1, 4))
    def close_the_library(self, days: int) -> None:
        first = timezone.localdate(self.clock) + timedelta(days=days)
        about = {"first_on": first, "last_on": first + timedelta(days=days), "reason": "works"}
        self.tries(services.close_library, **about, now=self.clock)

    # What time does.

    @rule(hours=st.sampled_from([1, 24, 49, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        if self.clock + timedelta(hours=hours) < self.start + LONGEST_STORY:
            Lending.clock = self.clock + timedelta(hours=hours)
        self.tries(self.by_the_clock)

    def by_the_clock(self) -> None:
        tasks.expire_holds()
        for user_id in subscriptions.queries.ended_periods(now=self.clock, after=0, limit=10):
            subscriptions.services.end_period(user_id=user_id, now=self.clock)
        tasks.sweep_free_copies()

    # How a step is done and looked at.

    def scan(self, one: int, service: Any, status: str) -> None:
        reservation = self.tries_with(one, service, status)
        if reservation is not None:
            row = Reservation.objects.get(pk=reservation.pk)
            self.scanned = (row.pk, row.step, self.clock)

    def tries_with(self, one: int, service: Any, status: str = "", **how: Any) -> Reservation | None:
        """With one of the reservations, mostly one in the state for it."""
        rows = list(Reservation.objects.order_by("pk"))
        fitting = [row for row in rows if row.status == status] or rows
        if not fitting:
            return None
        chosen = fitting[one % len(fitting)]
        return chosen if self.tries(service, reservation_id=chosen.pk, **how, now=self.clock) else None

    def tries(self, service: Any, **how: Any) -> bool:
        """Do it, or be refused for a documented reason; then let the workers work, and look at everything."""
        refusals = []
        try:
            service(**how)
        except PortalError as refusal:
            refusals.append(refusal.code)
        assert set(refusals) <= rules.DOCUMENTED
        self.let_the_workers_work()
        after = facts(self.clock)
        wrong = audit(now=self.clock, settled=True).wrong
        assert not wrong, wrong
        checking.check_step(self.before, after)
        self.before = after
        return not refusals

    def let_the_workers_work(self) -> None:
        """What lending does by event; people and the search index hear nothing here."""
        while due := list(Delivery.objects.filter(queue="circulation", status="waiting").order_by("pk")):
            for one in due:
                deliver(delivery_id=one.pk, attempts=one.attempts)
        Delivery.objects.filter(status="waiting").update(status="done", done_at=self.clock)
        OutboxEvent.objects.filter(published_at=None).update(published_at=self.clock)

    def copy(self, one: int) -> Copy:
        copies = list(Copy.objects.order_by("pk"))
        return copies[one % len(copies)]
