"""Once a day and person: which loans end tomorrow or today, and which are overdue (rules.md, "Notifications")."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

import accounts.queries
from library_portal.notifications.languages import languages_of
from library_portal.notifications.models import Notification
from library_portal.notifications.services import notify_all
from library_portal.outbox.recording import record_many
from reservations.events import ReservationEndsSoon, ReservationOverdue
from reservations.models import Reservation
from reservations.notices.digests import OVERDUE, digest, kind_of, loans_to_speak_of, subject_on

PEOPLE_AT_ONCE, MOST_PEOPLE = 200, 10_000


def is_time_to_remind(now: datetime) -> bool:
    return timezone.localtime(now).hour >= settings.REMIND_FROM_HOUR


def remind_patrons(*, now: datetime) -> int:
    """Record and tell what has not been today, of at most `MOST_PEOPLE`; returns how many loans.

    A batch of people per transaction: whatever stops it, the next run goes on from there, and nobody hears twice.
    """
    loans = people = last = 0
    while people < MOST_PEOPLE and (batch := _people_after(last, today=timezone.localdate(now))):
        loans += _remind(batch, now=now)
        people, last = people + len(batch), batch[-1]
    return loans


def _not_reminded(*, today: date) -> QuerySet[Reservation]:
    return loans_to_speak_of(today=today).filter(Q(reminded_on=None) | Q(reminded_on__lt=today))


def _people_after(user_id: int, *, today: date) -> list[int]:
    waiting = _not_reminded(today=today).filter(user__gt=user_id).order_by("user_id")
    return list(waiting.values_list("user_id", flat=True).distinct()[:PEOPLE_AT_ONCE])


@transaction.atomic(durable=True)
def _remind(user_ids: Collection[int], *, now: datetime) -> int:
    """Their loans are locked by primary key: another run waits, and finds them done."""
    today = timezone.localdate(now)
    loans = list(
        _not_reminded(today=today)
        .filter(user__in=user_ids)
        .select_related("book")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    Reservation.objects.filter(pk__in=[loan.pk for loan in loans]).update(reminded_on=today)
    record_many([_event(loan, today) for loan in loans])
    notify_all(list(_digests(loans, now)))
    return len(loans)


def _event(loan: Reservation, today: date) -> ReservationEndsSoon | ReservationOverdue:
    ids = {"reservation_id": loan.pk, "user_id": loan.user_id, "book_id": loan.remembered_book_id}
    assert loan.due_on is not None
    due_on = loan.due_on.isoformat()
    if kind_of(loan, today=today) == OVERDUE:
        return ReservationOverdue(**ids, due_on=due_on, on=today.isoformat())
    return ReservationEndsSoon(**ids, due_on=due_on)


def _digests(loans: Sequence[Reservation], now: datetime) -> Iterator[Notification]:
    """One per person and kind; who is closed hears nothing."""
    today = timezone.localdate(now)
    together: dict[tuple[int, str], list[Reservation]] = defaultdict(list)
    for loan in loans:
        together[loan.user_id, kind_of(loan, today=today)].append(loan)
    people = {user_id for user_id, _kind in together}
    active, languages = accounts.queries.active_among(user_ids=people), languages_of(people)
    for (user_id, kind), theirs in together.items():
        if user_id in active:
            with translation.override(languages[user_id]):
                words = digest(kind, theirs, now=now)
            yield Notification(
                user_id=user_id,
                kind=kind,
                key=f"{kind}:{today.isoformat()}",
                subject=subject_on(today),
                title=words.title,
                body=words.body,
                url="/me/",
            )
