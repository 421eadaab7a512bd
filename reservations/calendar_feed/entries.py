"""The calendar itself: an entry for each copy that is held or on loan, and none for what has ended.

Calendar programs replace what they read before by what they read now, so a returned book disappears from them, and no
history is in the feed. An entry keeps its UID from the hold to the return; its SEQUENCE is the reservation's step.
"""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from icalendar import CLASS, TRANSP, Alarm, Calendar, Component, Event, Timezone

from library_portal.public import public_page
from reservations.models import WITH_COPY, Reservation, Status

READ_AGAIN_AFTER = timedelta(hours=6)
NINE_ON_THE_DAY_BEFORE = -timedelta(hours=15)
THE_DAY_BEFORE = -timedelta(days=1)
# A calendar has at least one component (RFC 5545, 3.6), also where there is nothing to enter.
_UTC = Timezone.from_tzid("UTC")


def calendar_of(*, user_id: int) -> bytes:
    """Everything this patron has to pick up or to bring back, in the language that is active."""
    with_copy = Reservation.objects.filter(user_id=user_id, status__in=WITH_COPY).select_related("book")
    calendar = Calendar.new(
        prodid="-//Library Portal//Loans//EN",
        name=_("Library"),
        uid=f"loans-{user_id}@{_host()}",
        url=public_page("shelf"),
        subcomponents=[_UTC, *(_entry(one) for one in with_copy.order_by("pk"))],
    )
    calendar.add("refresh-interval", READ_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    return calendar.to_ical()


def _entry(reservation: Reservation) -> Component:
    return _pick_up(reservation) if reservation.status == Status.READY else _due_back(reservation)


def _due_back(loan: Reservation) -> Component:
    """A whole day, wherever the reader is."""
    summary = _("Due back: %(title)s") % {"title": loan.book.title}
    return Event.new(
        **_what_all_have(loan),
        summary=summary,
        description=_("Bring it back or extend it by then: %(shelf)s") % {"shelf": public_page("shelf")},
        start=loan.due_on,
        end=loan.due_on + timedelta(days=1),
        subcomponents=[Alarm.new_display(summary, NINE_ON_THE_DAY_BEFORE)],
    )


def _pick_up(hold: Reservation) -> Component:
    """An instant, which is written in UTC and shown in the reader's own time."""
    summary = _("Pick up: %(title)s") % {"title": hold.book.title}
    until = date_format(timezone.localtime(hold.hold_until), "D j M, H:i")
    return Event.new(
        **_what_all_have(hold),
        summary=summary,
        description=_("Held for you until %(until)s at the library: %(shelf)s")
        % {"until": until, "shelf": public_page("shelf")},
        start=hold.hold_until,
        subcomponents=[Alarm.new_display(summary, THE_DAY_BEFORE)],
    )


def _what_all_have(reservation: Reservation) -> dict[str, object]:
    return {
        "uid": f"reservation-{reservation.pk}@{_host()}",
        "sequence": reservation.step,
        "stamp": reservation.changed_at,
        "last_modified": reservation.changed_at,
        "classification": CLASS.PRIVATE,
        "transparency": TRANSP.TRANSPARENT,
        "url": public_page("shelf"),
    }


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "library"
