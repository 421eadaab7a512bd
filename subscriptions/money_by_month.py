"""What came in and went out by month of the library's time zone, and what is still owed from each."""

from collections.abc import Mapping
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
    """Some kinds of entries under one name. Income leaves the wallets (`sign` -1), other money comes into them."""

    code: str
    title: Any
    about: Any
    kinds: tuple[str, ...]
    sign: int = -1


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


LINES = (
    Line("top_ups", _("Top-ups"), _("paid into wallets through the providers"), (Kind.TOP_UP,), 1),
    Line("reservations", _("Reservations"), _("paid for, less what went back"), (Kind.RESERVATION, Kind.REFUND)),
    Line("subscriptions", _("Plans"), _("paid for, less credits"), (Kind.SUBSCRIPTION, Kind.SUBSCRIPTION_CREDIT)),
    Line("late_fees", _("Late fees"), _("paid, less what was taken back"), (Kind.LATE_FEE,)),
    Line("lost_copies", _("Lost copies"), _("paid, less what was taken back"), (Kind.LOST_COPY,)),
    Line("adjustments", _("Adjustments"), _("put into wallets, less what was taken out"), (Kind.ADJUSTMENT,), 1),
    Line("top_up_refunds", _("Refunds of top-ups"), _("sent back by the providers"), (Kind.TOP_UP_REFUND,)),
)  # fmt: skip


def money_by_month(*, months: int, today: date) -> MoneyByMonth:
    """The last so many months, this one included; also those without any."""
    starts = _first_days(months, today)
    moved = _moved(starts[0])
    series = [Series(line.code, line.title, line.about, _amounts(line, starts, moved)) for line in LINES]
    owed = _owed(starts[0])
    debts = [owed.get(start, NOTHING) for start in starts]
    return MoneyByMonth(starts, [*series, Series("owed", _("Still owed"), _("by the month it arose"), debts)])


def owed_before(*, months: int, today: date) -> Decimal:
    """Dollars still open from earlier than these months."""
    older = Debt.objects.filter(outstanding__gt=0, created_at__lt=_midnight(_first_days(months, today)[0]))
    return older.aggregate(sum=Sum("outstanding"))["sum"] or NOTHING


def _amounts(line: Line, starts: list[date], moved: Mapping[tuple[date, str], Decimal]) -> list[Decimal]:
    sums = [sum((moved.get((start, kind), NOTHING) for kind in line.kinds), NOTHING) for start in starts]
    return [NOTHING + line.sign * one for one in sums]  # added to nothing, as there is a -0.00


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
