"""The page of one row of money: what it is, and tables of what belongs to it."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.panels import Panel
from library_portal.interface import dollars
from subscriptions.admin.lists import MoneyList
from subscriptions.models import LedgerEntry

SHOWN = 50


class Detailed:
    """For an admin: what stands below and above the row's own fields."""

    change_form_template = "admin/subscriptions/details.html"

    def panels(self, row: Any) -> list[tuple[Any, Panel]]:
        return []

    def advice(self, row: Any) -> Any:
        """What somebody has to do about it, if anything."""
        return ""

    def acts(self, request: HttpRequest, row: Any) -> list[tuple[str, Any]]:
        """Address and label of each button."""
        return []

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        about = {"panels": self.panels(row), "acts": self.acts(request, row), "advice": self.advice(row)} if row else {}
        context = {**(extra_context or {}), **about}
        return super().change_view(request, object_id, form_url, context)  # type: ignore[misc]


class MoneyDetails(Detailed, MoneyList):
    pass


def entries_panel(entries: Iterable[LedgerEntry]) -> Panel:
    return Panel(
        columns=[_("when"), _("kind"), _("amount"), _("balance after"), _("reason"), _("entry")],
        rows=[_entry_row(one) for one in entries],
        empty=_("No money has moved for it."),
    )


def _entry_row(one: LedgerEntry) -> list[Any]:
    amounts = [dollars(one.amount), dollars(one.balance_after)]
    return [one.created_at, one.get_kind_display(), *amounts, one.reason, page_of(one, f"#{one.pk}")]


def page_of(row: Any, words: str) -> str:
    """A link to the row's own page in the admin."""
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', address, words)
