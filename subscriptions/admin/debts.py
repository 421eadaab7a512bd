"""What is owed, and what was."""

from django.contrib import admin

from subscriptions.admin.lists import MoneyList
from subscriptions.models import Debt


@admin.register(Debt)
class DebtAdmin(MoneyList):
    list_display = ["id", "owner", "amount", "outstanding", "reference", "created_at"]
    search_fields = ["=wallet__user__username", "=reference"]
