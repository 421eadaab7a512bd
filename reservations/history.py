"""What a patron's reservations came to, page by page."""

from dataclasses import dataclass

from django.db.models import Q

from reservations.models import CLOSED, Reservation

SHOWN = 20


@dataclass(frozen=True)
class HistoryPage:
    """The latest at first; `older` is the reservation after which the next page begins, None on the last one."""

    ended: list[Reservation]
    older: int | None
    is_first: bool


def history_page(*, user_id: int, before: int | None) -> HistoryPage:
    """What ended before that reservation of this patron; from the latest on without one."""
    ended = Reservation.objects.filter(user_id=user_id, status__in=CLOSED)
    last = ended.filter(pk=before).first() if before else None
    if last is not None:
        ended = ended.filter(Q(closed_at__lt=last.closed_at) | Q(closed_at=last.closed_at, pk__lt=last.pk))
    rows = list(ended.select_related("book").order_by("-closed_at", "-pk")[: SHOWN + 1])
    more = len(rows) > SHOWN
    return HistoryPage(rows[:SHOWN], rows[SHOWN - 1].pk if more else None, is_first=last is None)
