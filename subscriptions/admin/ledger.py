"""The ledger: every movement of money, and what it was for."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from subscriptions import references
from subscriptions.admin.details import MoneyDetails
from subscriptions.admin.filters import DayFilter
from subscriptions.admin.ledger_export import LedgerExport
from subscriptions.admin.money import MoneyPage, may_see_money
from subscriptions.models import LedgerEntry

# What this admin has pages of; contexts above describe theirs (`subscriptions.references`).
PAGES = {"payment": "payment", "adjustment": "adjustmentrequest", "subscription": "subscription"}


@admin.register(LedgerEntry)
class LedgerEntryAdmin(MoneyPage, LedgerExport, MoneyDetails):
    change_list_template = "admin/subscriptions/ledger.html"
    list_display = ["id", "owner", "kind", "amount", "balance_after", "reference", "reason", "created_at"]
    list_filter = ["kind", "created_at", DayFilter]
    search_help_text = _("A whole username, e-mail or phone, or what the entry refers to, as in reservation:12")
    fields = ["owner", "kind", "amount", "balance_after", "about", "reason", "idempotency_key", "created_at"]
    readonly_fields = ["owner", "about"]

    def found(self, term: str) -> Q:
        return super().found(term) | Q(reference=term)

    @admin.display(description=_("refers to"))
    def about(self, entry: LedgerEntry) -> str:
        """In words where somebody knows them, and a link where there is a page."""
        meaning = references.meanings([entry]).get(entry.pk)
        prefix, _colon, number = entry.reference.partition(":")
        url = _page(prefix, number) or (meaning.url if meaning else "")
        words = f"{entry.reference}: {meaning.words}" if meaning else entry.reference
        return format_html('<a href="{}">{}</a>', url, words) if url else words

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "may_see_money": may_see_money(request)})


def _page(prefix: str, number: str) -> str:
    if prefix not in PAGES or not number.isdigit():
        return ""
    return reverse(f"admin:subscriptions_{PAGES[prefix]}_change", args=[number])
