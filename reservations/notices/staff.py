"""What awaits the library's staff today: no reader is named in it, as inboxes remember longer than loans are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from library_portal.notifications.models import Kind, Notification
from library_portal.notifications.truth import Words, words_anew
from reservations.models import Reservation, Status
from reservations.notices.digests import LONGEST_TITLE

NAMED = 20


@dataclass(frozen=True)
class ToDo:
    """Counts, and the longest overdue loans with their book and copy."""

    overdue: int
    longest: Sequence[Reservation]
    to_pull: int
    expired: int
    lost: int
    today: date

    def __bool__(self) -> bool:
        return bool(self.overdue or self.to_pull or self.expired or self.lost)


def subject_on(day: date) -> str:
    return f"desk:{day.isoformat()}"


def to_do(*, now: datetime) -> ToDo:
    today = timezone.localdate(now)
    yesterday = today - timedelta(days=1)
    overdue = Reservation.objects.filter(status=Status.ACTIVE, due_on__lt=today)
    return ToDo(
        overdue=overdue.count(),
        longest=overdue.select_related("book", "copy").order_by("due_on", "pk")[:NAMED],
        to_pull=Reservation.objects.filter(status=Status.READY, hold_shelf_places=None).count(),
        expired=_expired_since(yesterday).count(),
        lost=Reservation.objects.filter(lost_on__gte=yesterday).count(),
        today=today,
    )


def staff_digest(to_do: ToDo) -> Words:
    counted = [
        ngettext("%(count)d loan overdue", "%(count)d loans overdue", to_do.overdue) % {"count": to_do.overdue},
        ngettext("%(count)d hold to pull", "%(count)d holds to pull", to_do.to_pull) % {"count": to_do.to_pull},
        ngettext("%(count)d hold ran out", "%(count)d holds ran out", to_do.expired) % {"count": to_do.expired},
        ngettext("%(count)d copy lost", "%(count)d copies lost", to_do.lost) % {"count": to_do.lost},
    ]
    numbers = (to_do.overdue, to_do.to_pull, to_do.expired, to_do.lost)
    said = [words for words, number in zip(counted, numbers, strict=True) if number]
    return Words(_("At the desk today: %(what)s") % {"what": ", ".join(said)}, _body(to_do))


@words_anew(Kind.STAFF_DIGEST)
def as_of_now(told: Notification) -> Words | None:
    now_to_do = to_do(now=timezone.now())
    return staff_digest(now_to_do) if now_to_do and told.subject == subject_on(now_to_do.today) else None


def _expired_since(day: date) -> QuerySet[Reservation]:
    """With a book, as all are for some weeks: so the index of what is to be forgotten finds them."""
    midnight = timezone.make_aware(datetime.combine(day, time()))
    return Reservation.objects.filter(status=Status.EXPIRED, book__isnull=False, closed_at__gte=midnight)


def _body(to_do: ToDo) -> str:
    paragraphs = []
    if to_do.overdue:
        lines = [_("Overdue for longest:"), *(_line(loan, to_do.today) for loan in to_do.longest)]
        paragraphs.append("\n".join(lines))
    if to_do.to_pull:
        paragraphs.append(_("Held copies are still on their shelves: please put them on the hold shelf."))
    if to_do.expired or to_do.lost:
        paragraphs.append(_("What ran out or was lost is counted since yesterday."))
    return "\n\n".join(paragraphs)


def _line(loan: Reservation, today: date) -> str:
    days = (today - loan.due_on).days
    said = ngettext("• “%(title)s” (%(copy)s): %(days)d day", "• “%(title)s” (%(copy)s): %(days)d days", days)
    return said % {"title": Truncator(loan.book.title).chars(LONGEST_TITLE), "copy": loan.copy.barcode, "days": days}
