"""The plans themselves: prices, limits, discounts."""

from django.contrib import admin
from django.http import HttpRequest

from subscriptions.models import Plan


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = [
        "name",
        "code",
        "price",
        "holds_per_week",
        "max_copies",
        "max_days",
        "priority",
        "discount_percent",
    ]
    search_fields = ["name", "code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> list[str]:
        """The portal knows FREE by its code: without it nobody would have limits to live by."""
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        return False
