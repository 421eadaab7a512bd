"""Top-ups through the providers."""

from django.contrib import admin

from subscriptions.admin.lists import MoneyList
from subscriptions.models import Payment


@admin.register(Payment)
class PaymentAdmin(MoneyList):
    list_display = ["id", "owner", "amount", "provider", "status", "created_at", "confirmed_at"]
    list_filter = ["status", "provider"]
    search_fields = ["=wallet__user__username", "=provider_reference"]
    ordering = ["-pk"]
