"""Books that too many wait for: worth buying again, and lent for a shorter time meanwhile."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from reservations.models import PurchaseSuggestion
from reservations.short_loans import others_that_are_many
from reservations.waiting_time import Turn, estimates


def sought_after() -> QuerySet[PurchaseSuggestion]:
    """Worth buying or lent for a shorter time, with their books; most waiting for each copy first."""
    rows = PurchaseSuggestion.objects.filter(_worth_buying() | _lent_shorter()).select_related("book")
    return rows.order_by("-waiting_per_copy", "-waiting", "pk")


def lent_shorter() -> QuerySet[PurchaseSuggestion]:
    """Those that go out for `SHORT_LOAN_DAYS` at most now (short_loans.py)."""
    return sought_after().filter(_lent_shorter())


def with_waits(rows: Iterable[PurchaseSuggestion]) -> list[PurchaseSuggestion]:
    """Each with a newcomer's `estimate` (None where no copy can come) and `is_lent_shorter`, in three queries."""
    found = list(rows)
    turns = [Turn(row.book_id, row.copies, row.waiting) for row in found if row.copies]
    waits = {one.book_id: wait for one, wait in zip(turns, estimates(turns, today=timezone.localdate()), strict=True)}
    for row in found:
        row.estimate = waits.get(row.book_id)
        row.is_lent_shorter = _next_one_is_short(row)
    return found


def _next_one_is_short(row: PurchaseSuggestion) -> bool:
    """Whoever gets the next copy is not one of the others who wait."""
    return settings.SHORT_LOAN_WAITING_PER_COPY > 0 and row.waiting > others_that_are_many(copies=row.copies)


def _worth_buying() -> Q:
    """From `PURCHASE_WAITING_PER_COPY` waiting for each copy on, and what is waited for although no copy is lent."""
    return Q(waiting_per_copy__gte=settings.PURCHASE_WAITING_PER_COPY) | Q(copies=0)


def _lent_shorter() -> Q:
    """As `_next_one_is_short`, for the database."""
    threshold = settings.SHORT_LOAN_WAITING_PER_COPY
    return Q(waiting__gt=Greatest(F("copies"), 1) * threshold) if threshold else Q(pk__in=[])
