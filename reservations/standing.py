"""What a patron may do now: the limits of the plan, blocks and money (rules.md, "Plans" and "Late").

`standing_of` reads it, the `check_…` functions refuse. Under the patron's wallet lock the answer can't change.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import accounts.queries
import books.queries
import subscriptions.queries
from library_portal.errors import PortalError
from reservations.models import OPEN, WITH_COPY, Reservation, Status
from subscriptions.discounts import Discount, best_discount, reservation_price
from subscriptions.services import InsufficientFunds

HOLDS_WINDOW = timedelta(days=7)


class ReservationError(PortalError):
    """The family of refusals of a reservation."""

    code = "reservation_error"
    status = 409


class LimitReached(ReservationError):
    code = "limit_reached"
    title = _("Your plan allows no more copies at once.")


class QuotaReached(ReservationError):
    code = "quota_reached"
    title = _("Your plan allows no more new holds within 7 days.")


class DurationTooLong(ReservationError):
    code = "duration_too_long"
    title = _("Your plan does not allow a loan this long.")


class Blocked(ReservationError):
    code = "blocked"
    title = _("New holds are blocked until overdue books are back and debts are paid.")


class AccountClosed(Blocked):
    title = _("This account is closed.")


class AlreadyReserved(ReservationError):
    code = "already_reserved"
    title = _("You have already reserved this book.")


class BookUnavailable(ReservationError):
    code = "unavailable"
    title = _("No copy of this book can be had right now.")


class NotCheckable(ReservationError):
    title = _("Only a copy that is held for you can be checked out.")


class NotOffered(ReservationError):
    title = _("Only a copy that is held for you can be given up.")


class TooManyPending(LimitReached):
    title = _("You are already waiting for as many books as one patron can.")


@dataclass(frozen=True)
class Standing:
    """A patron's limits and what counts against them, at one moment. Money is in dollars."""

    user_id: int
    active: bool
    plan: subscriptions.queries.Plan
    copies_out: int
    holds_this_week: int
    pending: int
    overdue: int
    balance: Decimal
    debt: Decimal
    discount: Discount

    @property
    def blocked(self) -> bool:
        return not self.active or self.overdue > 0 or self.debt > 0

    @property
    def quota_is_used_up(self) -> bool:
        return self.plan.holds_per_week is not None and self.holds_this_week >= self.plan.holds_per_week

    def price(self, *, daily_fee: Decimal, days: int) -> Decimal:
        """For this patron, in dollars."""
        return reservation_price(daily_fee=daily_fee, days=days, percent=self.discount.percent)


def standing_of(*, user_id: int, now: datetime) -> Standing:
    return standings_of(user_ids=[user_id], now=now)[user_id]


def standings_of(*, user_ids: Collection[int], now: datetime) -> dict[int, Standing]:
    """The standing of each of these patrons, in a number of queries that does not grow with them."""
    active = accounts.queries.active_among(user_ids=user_ids)
    plans = subscriptions.queries.current_plans(user_ids=user_ids, now=now)
    wallets = subscriptions.queries.wallets_of(user_ids=user_ids)
    spent = subscriptions.queries.spent_on_reservations(user_ids=user_ids, now=now)
    counts = _counts(user_ids=user_ids, now=now)
    return {
        user_id: Standing(
            user_id=user_id,
            active=user_id in active,
            plan=plans[user_id],
            copies_out=counts[user_id]["copies_out"],
            holds_this_week=counts[user_id]["holds_this_week"],
            pending=counts[user_id]["pending"],
            overdue=counts[user_id]["overdue"],
            balance=wallets[user_id].balance,
            debt=wallets[user_id].debt,
            discount=best_discount(
                plans[user_id], loans_returned=counts[user_id]["returned"], spent=spent.get(user_id, Decimal(0))
            ),
        )
        for user_id in user_ids
    }


def _counts(*, user_ids: Collection[int], now: datetime) -> defaultdict[int, Counter[str]]:
    """Each patron's reservations that count: open ones, and the last weeks' closed ones."""
    holds_since, loans_since = now - HOLDS_WINDOW, now - timedelta(days=settings.FREQUENT_READER_DAYS)
    recently = min(holds_since, loans_since)
    rows = (
        Reservation.objects.filter(user__in=user_ids)
        .filter(Q(closed_at=None) | Q(closed_at__gt=recently) | Q(ready_at__gt=recently))
        .order_by()
        .values("user_id")
        .annotate(
            copies_out=Count("pk", Q(status__in=WITH_COPY)),
            holds_this_week=Count("pk", Q(ready_at__gt=holds_since)),
            pending=Count("pk", Q(status=Status.PENDING)),
            overdue=Count("pk", Q(status=Status.ACTIVE, due_on__lt=timezone.localdate(now))),
            returned=Count("pk", Q(status=Status.COMPLETED, lost_on=None, closed_at__gt=loans_since)),
        )
    )
    return defaultdict(Counter, {row["user_id"]: Counter(row) for row in rows})


def check_days(standing: Standing, days: int) -> None:
    """Raises DurationTooLong."""
    if not 1 <= days <= standing.plan.max_days:
        raise DurationTooLong(
            _("The %(plan)s plan lends for 1 to %(days)s days.")
            % {"plan": standing.plan.name, "days": standing.plan.max_days}
        )


def check_request(standing: Standing, *, user_id: int, book_id: int, status: str, days: int) -> None:
    """What every request must pass; `status` is the book's.

    Raises AlreadyReserved, DurationTooLong, Blocked, BookUnavailable.
    """
    if Reservation.objects.filter(user_id=user_id, book_id=book_id, status__in=OPEN).exists():
        raise AlreadyReserved
    check_days(standing, days)
    check_may_request(standing)
    if status == books.queries.UNAVAILABLE:
        raise BookUnavailable


def check_may_wait(standing: Standing) -> None:
    """Raises TooManyPending."""
    if standing.pending >= settings.MAX_PENDING:
        raise TooManyPending


def check_may_request(standing: Standing) -> None:
    """Raises AccountClosed, Blocked: who owes books or money makes no new request."""
    if not standing.active:
        raise AccountClosed
    if standing.blocked:
        raise Blocked


def check_may_hold(standing: Standing, *, price: Decimal, overridden: Collection[str] = ()) -> None:
    """Raises AccountClosed, Blocked, LimitReached, QuotaReached or InsufficientFunds, in this order.

    `overridden` are codes that a librarian has set aside (`OVERRIDABLE`); money is never lent, and who is closed gets
    nothing.
    """
    if not standing.active:
        raise AccountClosed
    if standing.blocked and Blocked.code not in overridden:
        raise Blocked
    if standing.copies_out >= standing.plan.max_copies and LimitReached.code not in overridden:
        raise LimitReached
    if standing.quota_is_used_up and QuotaReached.code not in overridden:
        raise QuotaReached
    if price > standing.balance:
        raise InsufficientFunds(required=price, balance=standing.balance)


OVERRIDABLE = frozenset({Blocked.code, LimitReached.code, QuotaReached.code})


def refusal_to_hold(standing: Standing, *, daily_fee: Decimal, days: int) -> PortalError | None:
    """What `check_may_hold` would raise for a copy held for these days."""
    try:
        check_may_hold(standing, price=standing.price(daily_fee=daily_fee, days=days))
    except tuple(PASSED_OVER_REASONS) as refusal:
        return refusal
    return None


PASSED_OVER_REASONS: dict[type[PortalError], str] = {
    AccountClosed: "closed",
    Blocked: "blocked",
    LimitReached: "limit",
    QuotaReached: "limit",
    InsufficientFunds: "funds",
}
