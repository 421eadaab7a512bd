"""How long somebody will wait for a book, from its own loan history and the due dates of the copies that are out."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from django.db.models import QuerySet
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reservations.models import WITH_COPY, PastLoans, Reservation, Status

LOANS_LOOKED_AT = 20
DAYS_WITHOUT_HISTORY = 7
# An overdue copy is expected on the next day.
DAYS_WHEN_OVERDUE = 1


@dataclass(frozen=True)
class Turn:
    """Whose turn it is when `ahead` others have had one of the book's lendable `copies` (one at least)."""

    book_id: int
    copies: int
    ahead: int


@dataclass(frozen=True)
class LastLoans:
    """How many of a book's last loans were looked at, and how many days they took in all."""

    loans: int
    days: float

    @property
    def average_days(self) -> float:
        return self.days / self.loans if self.loans else DAYS_WITHOUT_HISTORY


@dataclass(frozen=True)
class Estimate:
    """Whole days until somebody's turn, and how they were reckoned: who is paused does not count as ahead.

    `average_days` is what the book's last `loans` took; a book that was never lent is reckoned with a week.
    """

    days: int
    ahead: int
    copies: int
    loans: int
    average_days: float

    @property
    def words(self) -> str:
        return _("%(ahead)s, %(copies)s; %(loans)s.") % {
            "ahead": self._ahead_in_words(),
            "copies": ngettext("%(number)d copy", "%(number)d copies", self.copies) % {"number": self.copies},
            "loans": self._loans_in_words(),
        }

    def _ahead_in_words(self) -> str:
        if not self.ahead:
            return _("Nobody is ahead of you")
        words = ngettext("%(number)d reader is ahead of you", "%(number)d readers are ahead of you", self.ahead)
        return words % {"number": self.ahead}

    def _loans_in_words(self) -> str:
        days = ngettext("%(days)s day", "%(days)s days", 1 if self.average_days == 1 else 2)
        said = {"number": self.loans, "days": days % {"days": floatformat(self.average_days, -1)}}
        if not self.loans:
            return _("it was never lent, so %(days)s a loan are assumed") % said
        words = ngettext("its last loan took %(days)s", "its last %(number)d loans took %(days)s each", self.loans)
        return words % said


def estimates(turns: Sequence[Turn], *, today: date) -> list[Estimate]:
    """For each of these, in three queries: the same for one as for a hundred."""
    if not turns:
        return []
    book_ids = {turn.book_id for turn in turns}
    history, out = last_loans(book_ids), _back_in(book_ids, today)
    return [_estimate(turn, history[turn.book_id], out[turn.book_id]) for turn in turns]


def days_out(starts_on: date, closed_at: datetime) -> int:
    """Calendar days of a loan that has ended, at least one."""
    return max((timezone.localdate(closed_at) - starts_on).days, 1)


def _estimate(turn: Turn, history: LastLoans, out: list[int | None]) -> Estimate:
    """The first day by which the copies have come back often enough, each going out for the average again and again.

    `out` are the days until a copy is due, None for a hold that is still to be picked up.
    """
    average = history.average_days
    free_in = [average if days is None else days for days in out] + [0] * (turn.copies - len(out))

    def had_by(day: int) -> int:
        return sum(int((day - first) // average) + 1 for first in free_in if first <= day)

    latest = ceil(max(free_in) + (turn.ahead + 1) * average)
    days = bisect_left(range(latest), turn.ahead + 1, key=had_by)
    return Estimate(days, turn.ahead, turn.copies, history.loans, round(average, 1))


def last_loans(book_ids: Collection[int]) -> dict[int, LastLoans]:
    """Of each book: the loans still remembered, then forgotten ones until there are enough."""
    lengths: dict[int, list[int]] = {book_id: [] for book_id in book_ids}
    for book_id, starts_on, closed_at in _remembered(book_ids):
        lengths[book_id].append(days_out(starts_on, closed_at))
    past = {one.book_id: one for one in PastLoans.objects.filter(book_id__in=book_ids)}
    return {book_id: _with_past(lengths[book_id], past.get(book_id)) for book_id in book_ids}


def _with_past(lengths: list[int], past: PastLoans | None) -> LastLoans:
    more = min(past.loans, LOANS_LOOKED_AT - len(lengths)) if past else 0
    forgotten = more * past.days / past.loans if past and more else 0
    return LastLoans(len(lengths) + more, sum(lengths) + forgotten)


def _remembered(book_ids: Collection[int]) -> QuerySet[Reservation, tuple[int, date, datetime]]:
    """The last loans of each book, in one query that reads no more than these from the index."""
    first, *others = [
        Reservation.objects.filter(book_id=book_id, status=Status.COMPLETED, lost_on=None)
        .order_by("-closed_at")
        .values_list("book_id", "starts_on", "closed_at")[:LOANS_LOOKED_AT]
        for book_id in book_ids
    ]
    return first.union(*others, all=True) if others else first


def _back_in(book_ids: Collection[int], today: date) -> defaultdict[int, list[int | None]]:
    """Days until each copy that is out or held comes back, by book; None for a hold."""
    back: defaultdict[int, list[int | None]] = defaultdict(list)
    rows = Reservation.objects.filter(book_id__in=book_ids, status__in=WITH_COPY)
    for book_id, due_on in rows.values_list("book_id", "due_on"):
        back[book_id].append(due_on and max((due_on - today).days, DAYS_WHEN_OVERDUE))
    return back
