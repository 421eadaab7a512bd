"""The daily notices of loans: one per person, day and kind, however many books. They say what is the case now."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_portal.interface import dollars
from library_portal.notifications.models import Kind, Notification
from library_portal.notifications.truth import Words, words_anew
from reservations.models import Reservation, Status
from reservations.services.loans import late_fee_on

ENDS, OVERDUE = DIGESTS = Kind.LOAN_ENDS_TOMORROW, Kind.OVERDUE
LONGEST_TITLE = 80


def loans_to_speak_of(*, today: date) -> QuerySet[Reservation]:
    """Everything lent that is due by tomorrow, or was."""
    return Reservation.objects.filter(status=Status.ACTIVE, due_on__lte=today + timedelta(days=1))


def kind_of(loan: Reservation, *, today: date) -> Kind:
    return OVERDUE if loan.due_on < today else ENDS


def subject_on(day: date) -> str:
    return f"loans:{day.isoformat()}"


def digest(kind: str, loans: Sequence[Reservation], *, now: datetime) -> Words:
    """Of one person's loans of this kind, at least one, each with its book."""
    by_date = sorted(loans, key=lambda loan: (loan.due_on, loan.pk))
    return _overdue(by_date, now) if kind == OVERDUE else _ending(by_date, timezone.localdate(now))


@words_anew(*DIGESTS)
def as_of_now(told: Notification) -> Words | None:
    """Without what came back or was extended since; the next day has a digest of its own."""
    now = timezone.now()
    today = timezone.localdate(now)
    loans = loans_to_speak_of(today=today).filter(_is_of(told.kind, today), user=told.user_id).select_related("book")
    return digest(told.kind, loans, now=now) if loans and told.subject == subject_on(today) else None


def _is_of(kind: str, today: date) -> Q:
    return Q(due_on__lt=today) if kind == OVERDUE else Q(due_on__gte=today)


def _overdue(loans: Sequence[Reservation], now: datetime) -> Words:
    late = [(timezone.localdate(now) - loan.due_on).days for loan in loans]
    fees = [late_fee_on(loan, now=now) for loan in loans]
    lines = [
        ngettext(
            "• “%(title)s”: %(days)d day late, late fee so far %(fee)s",
            "• “%(title)s”: %(days)d days late, late fee so far %(fee)s",
            days,
        )
        % {"title": _title(loan), "days": days, "fee": dollars(fee)}
        for loan, days, fee in zip(loans, late, fees, strict=True)
    ]
    if len(loans) > 1:
        lines.append(_("Together: %(fee)s") % {"fee": dollars(sum(fees, Decimal(0)))})
        title = _("%(count)d books are late") % {"count": len(loans)}
    else:
        title = ngettext("“%(title)s” is %(days)d day late", "“%(title)s” is %(days)d days late", late[0])
        title %= {"title": _title(loans[0]), "days": late[0]}
    ask = _("Late fees grow each day, and what is late can't be extended: please bring it back soon.")
    return Words(title, "\n".join([*lines, "", ask]))


def _ending(loans: Sequence[Reservation], today: date) -> Words:
    lines = [
        (_("• “%(title)s”: today, %(day)s") if loan.due_on == today else _("• “%(title)s”: tomorrow, %(day)s"))
        % {"title": _title(loan), "day": date_format(loan.due_on, "l j F")}
        for loan in loans
    ]
    if len(loans) > 1:
        title = _("%(count)d books are due") % {"count": len(loans)}
    else:
        today_or_not = _("“%(title)s” is due today") if loans[0].due_on == today else _("“%(title)s” is due tomorrow")
        title = today_or_not % {"title": _title(loans[0])}
    ask = _("On your shelf you can extend what nobody else waits for. Otherwise please bring it back in time.")
    return Words(title, "\n".join([*lines, "", ask]))


def _title(loan: Reservation) -> str:
    return Truncator(loan.book.title).chars(LONGEST_TITLE)
