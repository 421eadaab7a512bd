"""Loans by month as bars, for an SVG that stretches to the room it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from books.readership import Month

SPANS = (12, 24)


@dataclass(frozen=True)
class Bar:
    """`height` and `top` are parts in a hundred of the tallest bar."""

    month: date
    loans: int
    height: int

    @property
    def top(self) -> int:
        return 100 - self.height


@dataclass(frozen=True)
class Chart:
    """`busiest` is the month with the most loans, the latest of several; None while there are none."""

    bars: list[Bar]
    total: int
    busiest: Bar | None


def chart(months: Sequence[Month]) -> Chart:
    most = max(month.loans for month in months)
    bars = [Bar(month.starts_on, month.loans, -(-100 * month.loans // most) if most else 0) for month in months]
    busiest = next((bar for bar in reversed(bars) if bar.loans == most), None) if most else None
    return Chart(bars, sum(month.loans for month in months), busiest)
