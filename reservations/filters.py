import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from reservations.models import Reservation, Status


class ReservationFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    book = django_filters.NumberFilter(field_name="book_id", min_value=1, max_value=2**63 - 1)
    user = django_filters.NumberFilter(field_name="user_id", min_value=1, max_value=2**63 - 1)
    user_id = django_filters.NumberFilter(field_name="user_id", min_value=1, max_value=2**63 - 1)
    overdue = django_filters.BooleanFilter(method="filter_overdue")

    class Meta:
        model = Reservation
        fields: list[str] = []

    def filter_overdue(self, rows: QuerySet[Reservation], name: str, value: bool) -> QuerySet[Reservation]:
        overdue = {"status": Status.ACTIVE, "due_on__lt": timezone.localdate()}
        return rows.filter(**overdue) if value else rows.exclude(**overdue)
