"""Closing the library on some days, and opening it again: what holds and loans make of it is `follow_calendar`'s."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import library_portal.audit
from library_portal.audit.models import Action
from library_portal.errors import InvalidInput, NotFound
from library_portal.outbox import record
from reservations.events import CalendarChanged
from reservations.models import Closure, WeeklyClosing

LONGEST_CLOSURE_DAYS = 366
# Holidays are entered years ahead; beyond that it is a slip of the keyboard.
FURTHEST_AHEAD = timedelta(days=5 * 366)
CLOSED, REOPENED, WEEK = "closed", "reopened", "week"


class ClosureNotFound(NotFound):
    title = _("There is no such closure.")


def check_days(*, first_on: date, last_on: date, today: date) -> None:
    """Raises InvalidInput. Closures may overlap, and one may have begun already."""
    errors: dict[str, list[Any]] = {}
    if last_on < first_on:
        errors["last_on"] = [_("The last day is before the first.")]
    elif (last_on - first_on).days >= LONGEST_CLOSURE_DAYS:
        errors["last_on"] = [_("One closure is %(days)s days at most.") % {"days": LONGEST_CLOSURE_DAYS}]
    elif last_on < today:
        errors["last_on"] = [_("These days are over.")]
    elif last_on > today + FURTHEST_AHEAD:
        errors["last_on"] = [_("This is more than five years ahead.")]
    if errors:
        raise InvalidInput(errors=errors)


@transaction.atomic
def close_library(*, first_on: date, last_on: date, reason: str, now: datetime) -> Closure:
    """No hold runs out and no loan is due from `first_on` to `last_on`, both included. Raises InvalidInput."""
    check_days(first_on=first_on, last_on=last_on, today=timezone.localdate(now))
    closure = Closure.objects.create(first_on=first_on, last_on=last_on, reason=reason)
    _changed(CLOSED, **_in_words(closure))
    return closure


@transaction.atomic
def change_closure(*, closure_id: int, first_on: date, last_on: date, reason: str, now: datetime) -> Closure:
    """Other days or another reason. Raises ClosureNotFound, InvalidInput."""
    closure = _locked(closure_id)
    before = _in_words(closure)
    check_days(first_on=first_on, last_on=last_on, today=timezone.localdate(now))
    closure.first_on, closure.last_on, closure.reason = first_on, last_on, reason
    closure.save()
    _changed(CLOSED, **_in_words(closure), before=before["days"])
    return closure


@transaction.atomic
def reopen_library(*, closure_id: int) -> None:
    """The closure is taken back; dates that have moved because of it stay as they are. Raises ClosureNotFound."""
    closure = _locked(closure_id)
    words = _in_words(closure)
    closure.delete()
    _changed(REOPENED, **words)


@transaction.atomic
def close_weekly(*, weekdays: Collection[int]) -> None:
    """Closed on these days of every week (0 is Monday), open on the others. Raises InvalidInput for all seven."""
    _one_at_a_time()
    wanted, before = set(weekdays), set(WeeklyClosing.objects.values_list("weekday", flat=True))
    if not wanted < set(range(7)):
        raise InvalidInput(errors={"weekdays": [_("The library is open on one day of the week at least.")]})
    if wanted == before:
        return
    WeeklyClosing.objects.exclude(weekday__in=wanted).delete()
    WeeklyClosing.objects.bulk_create(WeeklyClosing(weekday=day) for day in sorted(wanted - before))
    _changed(WEEK, weekdays=sorted(wanted), before=sorted(before))


def _locked(closure_id: int) -> Closure:
    closure = Closure.objects.select_for_update().filter(pk=closure_id).first()
    if closure is None:
        raise ClosureNotFound
    return closure


def _one_at_a_time() -> None:
    """Two who change the week at once would together close every day of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('week', 0))")


def _in_words(closure: Closure) -> dict[str, str]:
    return {"days": f"{closure.first_on} – {closure.last_on}", "closed_for": closure.reason}


def _changed(what: str, **details: Any) -> None:
    library_portal.audit.record(Action.CALENDAR_CHANGED, what=what, **details)
    record(CalendarChanged(what=what))
