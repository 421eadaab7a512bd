"""The ledger: every movement of money."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from subscriptions.admin.lists import MoneyList
from subscriptions.models import LedgerEntry


@admin.register(LedgerEntry)
class LedgerEntryAdmin(MoneyList):
    list_display = ["id", "owner", "kind", "amount", "balance_after", "reference", "reason", "created_at"]
    list_filter = ["kind", "created_at"]
    search_fields = ["=wallet__user__username", "=reference"]
    search_help_text = _("Username, or what the entry refers to")
