"""What lists of money are narrowed to. None reads a whole table to offer its choices."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from library_portal.admin_inputs import YEARS
from subscriptions.payments.registry import PROVIDERS


class DayFilter(admin.SimpleListFilter):
    """Rows that were created on one day of the library's time zone."""

    title = _("day")
    parameter_name = "day"
    template = "admin/reservations/day_filter.html"
    day: str | None = None
    others: list[tuple[str, str]] = []

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self.others = [(name, value) for name, value in request.GET.items() if name not in ("day", "p", "e")]
        today = timezone.localdate()
        return [(today.isoformat(), _("Today")), ((today - timedelta(days=1)).isoformat(), _("Yesterday"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Raises IncorrectLookupParameters: the whole list is shown."""
        self.day = self.value()
        if not self.day:
            return rows
        try:
            day = date.fromisoformat(self.day)
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
        if day.year not in YEARS:
            raise IncorrectLookupParameters
        start = timezone.make_aware(datetime.combine(day, time.min))
        return rows.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))


class ProviderFilter(admin.SimpleListFilter):
    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, name) for name in PROVIDERS]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(provider=self.value()) if self.value() else rows
