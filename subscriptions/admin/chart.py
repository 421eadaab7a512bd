"""Amounts by month as bars, for an SVG that stretches to the room it has. Bars of what is below zero hang down."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

from subscriptions.money_by_month import MoneyByMonth, Series


@dataclass(frozen=True)
class Bar:
    """`top` and `height` are parts in a hundred of the room."""

    month: date
    amount: Decimal
    top: int
    height: int


@dataclass(frozen=True)
class Chart:
    """`zero` is how far down the line of nothing is."""

    series: Series
    bars: list[Bar]
    zero: int


def charts(money: MoneyByMonth) -> list[Chart]:
    return [_chart(one, money.months) for one in money.series]


def _chart(series: Series, months: list[date]) -> Chart:
    highest, lowest = max(0, *series.amounts), min(0, *series.amounts)
    room = highest - lowest or 1
    zero = int(100 * highest / room)
    bars = [_bar(month, amount, zero, room) for month, amount in zip(months, series.amounts, strict=True)]
    return Chart(series, bars, zero)


def _bar(month: date, amount: Decimal, zero: int, room: Decimal | int) -> Bar:
    """A cent can be seen, too."""
    height = min(ceil(100 * abs(amount) / room), 100)
    return Bar(month, amount, max(zero - height, 0) if amount > 0 else zero, height)
