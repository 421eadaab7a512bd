"""What came in and went out by month of the library's time zone, and what is still owed from each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import DateField, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Debt, LedgerEntry

SPANS = (12, 24)
NOTHING = Decimal("0.00")
Kind = LedgerEntry.Kind


@dataclass(frozen=True)
class Line:
    """Kinds of entries under one name. What is earned leaves the wallets (`sign` -1), other money comes into them."""

    code: str
    title: Any
    about: Any
    kinds: Collection[str]
    sign: int = 1


@dataclass(frozen=True)
class Series:
    """Dollars by month, the oldest first, and their sum."""

    code: str
    title: Any
    about: Any
    amounts: list[Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts, NOTHING)

    @property
    def is_empty(self) -> bool:
        return not any(self.amounts)


@dataclass(frozen=True)
class MoneyByMonth:
    """`months` are first days."""

    months: list[date]
    series: list[Series]

    def rows(self) -> list[tuple[date, list[Decimal]]]:
        """By month, the newest first."""
        by_month = [(month, [one.amounts[at] for one in self.series]) for at, month in enumerate(self.months)]
        return by_month[::-1]


def _earned(code: str, title: Any, about: Any, *kinds: str) -> Line:
    return Line(code, title, about, kinds, sign=-1)


# Together they are the revenue.
EARNED = (
    _earned("reservations", _("Reservations"), _("paid, less what fewer days gave back"), Kind.RESERVATION),
    _earned("refunds", _("Refunds of reservations"), _("went back into wallets"), Kind.REFUND),
    _earned("plans", _("Plans"), _("paid for"), Kind.SUBSCRIPTION),
    _earned("plan_credits", _("Credits for plans"), _("went back into wallets"), Kind.SUBSCRIPTION_CREDIT),
    _earned("late_fees", _("Late fees"), _("paid, less what was taken back"), Kind.LATE_FEE),
    _earned("lost_copies", _("Lost copies"), _("paid, less what was taken back"), Kind.LOST_COPY),
    _earned("forfeits", _("Given up"), _("left in wallets of deleted accounts"), Kind.FORFEIT),
)
REVENUE = Line(
    "revenue",
    _("Revenue"),
    _("reservations, plans, fees, lost copies and what was given up, less what went back"),
    [kind for line in EARNED for kind in line.kinds],
    sign=-1,
)
# Together, less the revenue, they are what the wallets grew by.
MOVED = (
    Line("top_ups", _("Top-ups"), _("paid into wallets through the providers"), [Kind.TOP_UP]),
    Line("top_up_refunds", _("Refunds of top-ups"), _("sent back by the providers"), [Kind.TOP_UP_REFUND]),
    Line("adjustments", _("Adjustments"), _("put into wallets by admins, less what was taken out"), [Kind.ADJUSTMENT]),
)
WALLETS = Line("wallets", _("Wallets"), _("top-ups, refunds of them and adjustments, less the revenue"), Kind.values)


def money_by_month(*, months: int, today: date) -> MoneyByMonth:
    """The last so many months, this one included; also those without any."""
    starts = _first_days(months, today)
    moved, owed = _moved(starts[0]), _owed(starts[0])
    debts = [owed.get(start, NOTHING) for start in starts]
    still_owed = Series("owed", _("Still owed"), _("by the month it arose"), debts)
    earned = [_series(line, starts, moved) for line in (REVENUE, *EARNED)]
    passed = [_series(line, starts, moved) for line in (*MOVED, WALLETS)]
    return MoneyByMonth(starts, [*earned, still_owed, *passed])


def owed_before(*, months: int, today: date) -> Decimal:
    """Dollars still open from earlier than these months."""
    older = Debt.objects.filter(outstanding__gt=0, created_at__lt=_midnight(_first_days(months, today)[0]))
    return older.aggregate(sum=Sum("outstanding"))["sum"] or NOTHING


def _series(line: Line, starts: list[date], moved: Mapping[tuple[date, str], Decimal]) -> Series:
    sums = [sum((moved.get((start, kind), NOTHING) for kind in line.kinds), NOTHING) for start in starts]
    amounts = [NOTHING + line.sign * one for one in sums]  # added to nothing, as there is a -0.00
    return Series(line.code, line.title, line.about, amounts)


def _moved(since: date) -> dict[tuple[date, str], Decimal]:
    """By month and kind, from the index `ledger_by_time` alone."""
    entries = LedgerEntry.objects.filter(created_at__gte=_midnight(since))
    sums = _by_month(entries).values("month", "kind").annotate(sum=Sum("amount"))
    return {(row["month"], row["kind"]): row["sum"] for row in sums}


def _owed(since: date) -> dict[date, Decimal]:
    debts = Debt.objects.filter(outstanding__gt=0, created_at__gte=_midnight(since))
    return dict(_by_month(debts).values("month").annotate(sum=Sum("outstanding")).values_list("month", "sum"))


def _by_month(rows: QuerySet[Any]) -> QuerySet[Any]:
    zone = timezone.get_default_timezone()
    return rows.order_by().annotate(month=TruncMonth("created_at", tzinfo=zone, output_field=DateField()))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def _first_days(months: int, today: date) -> list[date]:
    this_month = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(this_month - months + 1, this_month + 1)]
