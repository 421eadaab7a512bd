"""What lists of money are narrowed to. None reads a whole table to offer its choices."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from library_portal.admin_inputs import OneDayFilter
from subscriptions.payments.registry import PROVIDERS


class DayFilter(OneDayFilter):
    """Rows that were created on one day."""

    title = _("day")
    parameter_name = "day"
    offered = [(0, _("Today")), (-1, _("Yesterday"))]

    def of_day(self, rows: QuerySet[Any], day: date) -> QuerySet[Any]:
        start = timezone.make_aware(datetime.combine(day, time.min))
        return rows.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))


class ProviderFilter(admin.SimpleListFilter):
    title = _("provider")
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, name) for name in PROVIDERS]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(provider=self.value()) if self.value() else rows
