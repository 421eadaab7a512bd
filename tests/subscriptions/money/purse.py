"""rules.md, "Plans" and "Wallet", once more, written down without the portal's code: what a patron has, owes and has
paid. What the tests compare the portal with."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil

PRICES = {"FREE": Decimal(0), "PLUS": Decimal(5), "PREMIUM": Decimal(15)}
PERIOD = 30 * 24
NOTHING = Decimal(0)


@dataclass
class Owed:
    """A fee that the wallet did not cover; `open` dollars of it."""

    reference: str
    open: Decimal


@dataclass
class Purse:
    """One patron. `left` are the top-ups by number, less what went back of each. Hours are counted from the beginning
    of the story; a plan without an end is Free.
    """

    balance: Decimal = NOTHING
    owed: list[Owed] = field(default_factory=list)
    left: dict[int, Decimal] = field(default_factory=dict)
    adjusted: Decimal = NOTHING
    income: Decimal = NOTHING
    plan: str = "FREE"
    next_plan: str | None = None
    began: int = 0
    ends: int | None = None
    paid: Decimal = NOTHING
    renews: bool = True
    has_left: bool = False

    def pay(self, dollars: Decimal) -> bool:
        """What comes back to the patron is negative."""
        if dollars > self.balance:
            return False
        self.balance -= dollars
        self.income += dollars
        return True

    def fee(self, dollars: Decimal, reference: str) -> None:
        covered = min(dollars, self.balance)
        self.pay(covered)
        if dollars > covered:
            self.owed.append(Owed(reference, dollars - covered))

    def fee_back(self, dollars: Decimal, reference: str) -> None:
        for debt in [debt for debt in self.owed if debt.reference == reference]:
            part = min(debt.open, dollars)
            debt.open -= part
            dollars -= part
        self.pay(-dollars)

    def top_up(self, dollars: Decimal, number: int) -> None:
        self.balance += dollars
        self.left[number] = dollars
        for debt in self.owed:
            part = min(debt.open, self.balance)
            self.pay(part)
            debt.open -= part

    def give_back(self, dollars: Decimal, number: int) -> bool:
        """To the card it came from; negative: that failed."""
        if dollars > self.balance:
            return False
        self.balance -= dollars
        self.left[number] -= dollars
        return True

    def adjust(self, dollars: Decimal) -> bool:
        if self.balance + dollars < 0:
            return False
        self.balance += dollars
        self.adjusted += dollars
        return True

    def leave(self) -> None:
        if not self.has_left and self.balance:
            self.has_left = True
            self.adjust(-self.balance)

    def has_ended(self, hour: int) -> bool:
        return self.ends is not None and self.ends <= hour

    def choose(self, plan: str, hour: int) -> bool:
        current = "FREE" if self.has_ended(hour) else self.plan
        if plan == current:
            self.next_plan = plan if self.has_ended(hour) else None
        elif current != "FREE" and PRICES[plan] < PRICES[current]:
            self.next_plan, self.renews = plan, self.renews or plan != "FREE"
        else:
            if not self.pay(PRICES[plan] - self._unused(hour)):
                return False
            self.begin(plan, hour, PRICES[plan])
            self.renews = True
        return True

    def end_period(self, hour: int) -> bool:
        if not self.has_ended(hour) or self.ends is None:
            return False
        plan = self.next_plan or self.plan
        goes_on = self.renews and plan != "FREE" and self.pay(PRICES[plan])
        if goes_on:
            self.begin(plan, self.ends if self.ends + PERIOD > hour else hour, PRICES[plan])
        else:
            self.begin("FREE", hour, NOTHING)
        return True

    def begin(self, plan: str, hour: int, paid: Decimal) -> None:
        self.plan, self.next_plan, self.began, self.paid = plan, None, hour, paid
        self.ends = None if plan == "FREE" else hour + PERIOD

    def _unused(self, hour: int) -> Decimal:
        """What was used is rounded up to the cent, the rest goes back."""
        if self.ends is None or self.has_ended(hour):
            return NOTHING
        used_cents = ceil(Fraction(self.paid) * 100 * (hour - self.began) / PERIOD)
        return self.paid - Decimal(used_cents) / 100
