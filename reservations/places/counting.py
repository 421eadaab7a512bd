"""How many are ahead, counted by PostgreSQL along the queue's index."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reservations.models import Reservation, Status
from reservations.places.place import Place, ahead_of


def waiting() -> QuerySet[Reservation]:
    return Reservation.objects.filter(status=Status.PENDING)


def paused(*, today: date) -> QuerySet[Reservation]:
    """Places that are passed over today, and kept."""
    return waiting().filter(paused_until__gt=today)


def count_ahead(place: Place, *, book_id: int, among: QuerySet[Reservation]) -> int:
    return among.filter(ahead_of(place), book_id=book_id).count()


def count_ahead_of(reservation_ids: Collection[int], *, among: QuerySet[Reservation]) -> dict[int, int]:
    """For each of these reservations, in one query."""
    earlier = Q(queued_at__lt=OuterRef("queued_at")) | Q(queued_at=OuterRef("queued_at"), pk__lt=OuterRef("pk"))
    ahead = among.filter(
        Q(priority__gt=OuterRef("priority")) | (Q(priority=OuterRef("priority")) & earlier), book_id=OuterRef("book_id")
    )
    counted = ahead.order_by().values("book_id").annotate(rows=Count("pk")).values("rows")
    rows = Reservation.objects.filter(pk__in=reservation_ids)
    return dict(
        rows.annotate(ahead=Coalesce(Subquery(counted, output_field=IntegerField()), 0)).values_list("pk", "ahead")
    )
