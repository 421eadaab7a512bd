"""What is in the tables, read row by row: the portal's own queries are not asked."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from books.models import Book, Copy
from reservations.models import Reservation
from subscriptions.models import Debt, LedgerEntry, Subscription, Wallet
from tests.reservations.lending import rules

FROM_RESERVATIONS = {"reservation", "refund"}


@dataclass(frozen=True)
class Facts:
    """All rows at one moment, by id."""

    now: datetime
    reservations: dict[int, Reservation]
    copies: dict[int, Copy]
    books: dict[int, Book]
    entries: list[LedgerEntry]
    balances: dict[int, Decimal]
    debts: list[Debt]
    plans: dict[int, str]

    def queue(self, book_id: int) -> list[Reservation]:
        """Who can be served next, in order: paused places are passed over."""
        today = timezone.localdate(self.now)
        waiting = [
            one
            for one in self.reservations.values()
            if one.status == "pending" and one.book_id == book_id and (one.paused_until or today) <= today
        ]
        return sorted(waiting, key=lambda one: (-one.priority, one.queued_at, one.pk))

    def patron(self, user_id: int, *, without: int | None = None) -> rules.Patron:
        """At this moment; `without` leaves out one reservation with its money, as if it were not held yet."""
        own = [one for one in self.reservations.values() if one.user_id == user_id and one.pk != without]
        left_out = f"reservation:{without}"
        spent = [entry for entry in self._entries_of(user_id) if entry.reference != left_out]
        back = sum((entry.amount for entry in self._entries_of(user_id) if entry.reference == left_out), Decimal(0))
        return rules.Patron(
            plan=self.plans.get(user_id, "FREE"),
            balance=self.balances.get(user_id, Decimal(0)) - back,
            debt=sum((debt.outstanding for debt in self.debts if debt.wallet.user_id == user_id), Decimal(0)),
            copies=sum(one.status in ("ready", "active") for one in own),
            holds_in_7_days=sum(one.ready_at is not None and one.ready_at > self.now - rules.WEEK for one in own),
            overdue=sum(one.status == "active" and one.due_on < timezone.localdate(self.now) for one in own),
            returned_in_30_days=sum(
                one.status == "completed" and one.lost_on is None and one.closed_at > self.now - rules.MONTH
                for one in own
            ),
            spent_in_60_days=-sum(
                (e.amount for e in spent if e.kind in FROM_RESERVATIONS and e.reference.startswith("reservation:")),
                Decimal(0),
            ),
        )

    def may_have(self, place: Reservation) -> bool:
        patron = self.patron(place.user_id)
        days = min(place.days, rules.PLANS[patron.plan].days)
        return patron.may_have(rules.price(self.books[place.book_id].daily_fee, days, patron.percent))

    def _entries_of(self, user_id: int) -> list[LedgerEntry]:
        return [entry for entry in self.entries if entry.wallet.user_id == user_id]


def facts(now: datetime) -> Facts:
    return Facts(
        now=now,
        reservations=_by_id(Reservation),
        copies=_by_id(Copy),
        books=_by_id(Book),
        entries=list(LedgerEntry.objects.select_related("wallet").order_by("pk")),
        balances=dict(Wallet.objects.values_list("user_id", "balance")),
        debts=list(Debt.objects.select_related("wallet")),
        plans={
            one.user_id: one.plan.code
            for one in Subscription.objects.select_related("plan")
            if not rules.has_ended(one.period_ends_at, now)
        },
    )


def _by_id(model: Any) -> dict[int, Any]:
    return {row.pk: row for row in model.objects.all()}
