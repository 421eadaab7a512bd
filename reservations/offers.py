"""What a patron can do with an open reservation now, and what each of it would cost: for pages that show it before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from library_portal.errors import PortalError
from reservations.extensions import Extending, LongerLoan
from reservations.library_calendar import LibraryCalendar, library_calendar
from reservations.models import Reservation, Status
from reservations.services.loans import late_fee_on
from reservations.short_loans import cut, short_loan_days
from reservations.standing import Standing, refusal_to_hold, standing_of
from reservations.transitions import Action, Actor, actions_for
from subscriptions.discounts import reservation_price
from subscriptions.services import InsufficientFunds


@dataclass(frozen=True)
class DaysOffer:
    """How many days, what they cost in dollars, and how much that is above what was paid (below 0: comes back)."""

    days: int
    price: Decimal
    difference: Decimal = Decimal("0.00")


@dataclass(frozen=True)
class Offer:
    """One open reservation with what its patron can do. Dollars, and days of the library's time zone.

    `actions` are the names of those of the table that are not refused by what can be seen at once; `refusal` says why
    a loan can't be extended, or why a place would get no copy now; `extensions` how far a loan can, in the order of
    their days.
    """

    reservation: Reservation
    actions: frozenset[str]
    balance: Decimal
    days: list[DaysOffer] = field(default_factory=list)
    extensions: list[LongerLoan] = field(default_factory=list)
    refusal: PortalError | None = None
    late_fee: Decimal = Decimal("0.00")
    late_fee_a_day: Decimal = Decimal("0.00")
    closed: list[date] = field(default_factory=list)

    @property
    def proposed(self) -> LongerLoan:
        """The longest that the wallet covers."""
        return [longer for longer in self.extensions if longer.price <= self.balance][-1]


@dataclass(frozen=True)
class WouldExtend:
    """What extending all would do with one loan: longer, or the refusal."""

    reservation: Reservation
    longer: LongerLoan | None
    refusal: PortalError | None


def offers_for(reservations: Sequence[Reservation], *, user_id: int, now: datetime) -> list[Offer]:
    """For this patron's open reservations, in their order; the queries grow only with those that many wait for."""
    if not reservations:
        return []
    standing = standing_of(user_id=user_id, now=now)
    calendar = library_calendar(today=timezone.localdate(now))
    kinds = {Status.PENDING: _of_place, Status.READY: _of_hold, Status.ACTIVE: _of_loan}
    return [kinds[Status(one.status)](one, standing, calendar, now) for one in reservations]


@dataclass(frozen=True)
class WouldExtendAll:
    """In the order in which it is done, the loan due first at first, as far as `balance` reaches."""

    each: list[WouldExtend]
    balance: Decimal

    @property
    def count(self) -> int:
        return len([one for one in self.each if one.longer])

    @property
    def price(self) -> Decimal:
        return sum((one.longer.price for one in self.each if one.longer is not None), Decimal("0.00"))


def would_extend_all(loans: Sequence[Offer]) -> WouldExtendAll:
    balance = left = loans[0].balance if loans else Decimal("0.00")
    each = []
    for offer in sorted(loans, key=lambda one: (one.reservation.due_on, one.reservation.pk)):
        outcome = _would_extend(offer, left)
        left -= outcome.longer.price if outcome.longer else Decimal("0.00")
        each.append(outcome)
    return WouldExtendAll(each, balance)


def _would_extend(offer: Offer, left: Decimal) -> WouldExtend:
    if not offer.extensions:
        return WouldExtend(offer.reservation, None, offer.refusal)
    longer = offer.extensions[-1]
    if longer.price > left:
        return WouldExtend(offer.reservation, None, InsufficientFunds(required=longer.price, balance=left))
    return WouldExtend(offer.reservation, longer, None)


def days_offers(standing: Standing, *, daily_fee: Decimal) -> list[DaysOffer]:
    """Every length of loan that the patron's plan allows."""
    lengths = range(1, standing.plan.max_days + 1)
    return [DaysOffer(days, standing.price(daily_fee=daily_fee, days=days)) for days in lengths]


@dataclass(frozen=True)
class PickUp:
    """Until when a copy that is held now can be fetched, and the days before that on which the library is closed."""

    until: datetime
    closed: list[date]


def pick_up(*, now: datetime) -> PickUp:
    calendar = library_calendar(today=timezone.localdate(now))
    until = calendar.hold_until(now)
    return PickUp(until, _closed_days(calendar, after=now, before=until))


def _closed_days(calendar: LibraryCalendar, *, after: datetime, before: datetime) -> list[date]:
    """Days of the library's time zone on which nobody can come, from one instant to the other."""
    first, last = timezone.localdate(after), timezone.localdate(before)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if not calendar.is_open(day)]


def _of_place(place: Reservation, standing: Standing, calendar: LibraryCalendar, now: datetime) -> Offer:
    return Offer(
        reservation=place,
        actions=_actions(place),
        balance=standing.balance,
        days=days_offers(standing, daily_fee=place.remembered_book.daily_fee),
        refusal=None if place.is_paused else _refusal_to_place(place, standing),
    )


def _refusal_to_place(place: Reservation, standing: Standing) -> PortalError | None:
    """Whether the book goes out for a shorter time is looked up only where its price matters."""
    fee, days = place.remembered_book.daily_fee, min(place.days, standing.plan.max_days)
    refusal = refusal_to_hold(standing, daily_fee=fee, days=days)
    if not isinstance(refusal, InsufficientFunds):
        return refusal
    short_loan = short_loan_days(book_id=place.remembered_book_id, in_queue=True)
    return refusal_to_hold(standing, daily_fee=fee, days=cut(days, plan_days=days, short_loan=short_loan))


def _of_hold(hold: Reservation, standing: Standing, calendar: LibraryCalendar, now: datetime) -> Offer:
    """The discount is the one that was fixed with the hold; nobody goes first where nobody waits."""
    return Offer(
        reservation=hold,
        actions=_actions(hold) if hold.queue_length else _actions(hold, Action.DEFER),
        balance=standing.balance,
        days=list(_other_days(hold, standing)),
        closed=_closed_days(calendar, after=now, before=hold.hold_until or now),
    )


def _actions(reservation: Reservation, *refused: Action) -> frozenset[str]:
    return frozenset(action.value for action in actions_for(reservation, Actor.PATRON) - set(refused))


def _other_days(hold: Reservation, standing: Standing) -> Iterable[DaysOffer]:
    may_be_short = hold.queue_length >= settings.SHORT_LOAN_WAITING_PER_COPY
    short_loan = short_loan_days(book_id=hold.remembered_book_id) if may_be_short else None
    plan_days = standing.plan.max_days
    for days in range(1, cut(plan_days, plan_days=plan_days, short_loan=short_loan) + 1):
        price = reservation_price(daily_fee=hold.remembered_book.daily_fee, days=days, percent=hold.discount_percent)
        yield DaysOffer(days, price, price - hold.paid)


def _of_loan(loan: Reservation, standing: Standing, calendar: LibraryCalendar, now: datetime) -> Offer:
    extending = Extending(
        loan=loan,
        standing=standing,
        calendar=calendar,
        somebody_waits=loan.queue_length > 0,
        today=timezone.localdate(now),
    )
    extensions, refusal = _extensions(extending)
    return Offer(
        reservation=loan,
        actions=_actions(loan, Action.EXTEND) if refusal else _actions(loan),
        balance=standing.balance,
        extensions=extensions,
        refusal=refusal,
        late_fee=late_fee_on(loan, now=now),
        late_fee_a_day=loan.remembered_book.daily_fee * settings.LATE_FEE_FACTOR,
    )


def _extensions(extending: Extending) -> tuple[list[LongerLoan], PortalError | None]:
    """The choices, or why there are none."""
    try:
        choices = extending.choices()
    except PortalError as refusal:
        return [], refusal
    if choices[0].price > extending.standing.balance:
        return [], InsufficientFunds(required=choices[0].price, balance=extending.standing.balance)
    return choices, None
