"""What is owed, and what was."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.panels import Panel
from subscriptions import queries
from subscriptions.admin.details import SHOWN, MoneyDetails, entries_panel
from subscriptions.models import Debt

STATES = {
    "open": (_("Open"), Q(outstanding__gt=0)),
    "paid": (_("Paid"), Q(outstanding=0, waived=0)),
    "waived": (_("No longer asked for, whole or in part"), Q(waived__gt=0)),
}


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, words) for name, (words, _are) in STATES.items()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Debt]) -> QuerySet[Debt]:
        return rows.filter(STATES[name][1]) if (name := self.value()) in STATES else rows


@admin.register(Debt)
class DebtAdmin(MoneyDetails):
    list_display = ["id", "owner", "kind", "amount", "outstanding", "waived", "reference", "created_at"]
    list_filter = [StateFilter]
    search_help_text = _("A whole username, e-mail or phone, or what the debt refers to, as in reservation:12")
    ordering = ["-pk"]
    fields = ["owner", *list_display[2:]]
    readonly_fields = ["owner"]

    def found(self, term: str) -> Q:
        return super().found(term) | Q(reference=term)

    def panels(self, debt: Debt) -> list[tuple[Any, Panel]]:
        entries = queries.entries_about(references=[debt.reference]).filter(wallet=debt.wallet_id)[:SHOWN]
        return [(_("In the ledger"), entries_panel(entries))]
