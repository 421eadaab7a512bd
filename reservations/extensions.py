"""What a longer loan would be (rules.md, "Changing dates"): the pages show it, the use case charges just that."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from reservations.library_calendar import LibraryCalendar
from reservations.models import Reservation
from reservations.standing import DurationTooLong, ReservationError, Standing, check_may_request


class NotExtendable(ReservationError):
    code = "not_extendable"
    title = _("This can't be extended.")


class QueueNotEmpty(ReservationError):
    code = "queue_not_empty"
    title = _("Somebody is waiting for this book.")


@dataclass(frozen=True)
class LongerLoan:
    """The day that was asked for, the whole loan's days, the day it is due then, and the dollars for what is added."""

    until: date
    days: int
    due_on: date
    price: Decimal


@dataclass(frozen=True)
class Extending:
    """A patron's loan with all that its extension depends on, at one moment."""

    loan: Reservation
    standing: Standing
    calendar: LibraryCalendar
    somebody_waits: bool
    today: date

    @property
    def longest(self) -> date:
        return self.today + timedelta(days=self.standing.plan.max_days)

    def to(self, until: date | None = None) -> LongerLoan:
        """At most the plan's longest loan counted from today, which is the default.

        Raises NotExtendable, QueueNotEmpty, Blocked, DurationTooLong.
        """
        self._check()
        if until is not None and until > self.longest:
            raise DurationTooLong(_("Your plan lends until %(day)s at most.") % {"day": self.longest.isoformat()})
        longer = self._until(until or self.longest)
        if not self._gains(longer):
            raise NotExtendable(_("It is lent already for as long as the plan allows from today."))
        return longer

    def choices(self) -> list[LongerLoan]:
        """Every day that it can be due then, each for the least money. Raises what `to` raises."""
        days = range(self.loan.days + 1, self.to().days + 1)
        lent_on, _due_on = self.loan.loan_dates
        longer = [self._until(lent_on + timedelta(days=one)) for one in reversed(days)]
        by_day = {one.due_on: one for one in longer if self._gains(one)}
        return sorted(by_day.values(), key=attrgetter("due_on"))

    def _check(self) -> None:
        _lent_on, due_on = self.loan.loan_dates
        if due_on < self.today:
            raise NotExtendable(_("The book is overdue: please bring it back."))
        if self.loan.extensions >= settings.MAX_EXTENSIONS:
            raise NotExtendable(_("It was extended %(times)s times already.") % {"times": self.loan.extensions})
        if self.somebody_waits:
            raise QueueNotEmpty
        check_may_request(self.standing)

    def _gains(self, longer: LongerLoan) -> bool:
        """Days on which the library is closed are given already: they are not sold again."""
        _lent_on, due_on = self.loan.loan_dates
        return longer.days > self.loan.days and longer.due_on > due_on

    def _until(self, day: date) -> LongerLoan:
        lent_on, _due_on = self.loan.loan_dates
        days = (day - lent_on).days
        price = self.standing.price(daily_fee=self.loan.remembered_book.daily_fee, days=days - self.loan.days)
        return LongerLoan(day, days, self.calendar.due_on(lent_on, days), price)
