"""Adjustments of wallets, and the second admin's word about the large ones."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.panels import Panel
from library_portal.errors import PortalError
from subscriptions import queries, services
from subscriptions.admin.details import SHOWN, MoneyDetails, entries_panel
from subscriptions.models import AdjustmentRequest

DECISIONS = {
    "approve": (services.approve_adjustment, _("Approved: the wallet was adjusted.")),
    "reject": (services.reject_adjustment, _("Rejected: nothing was moved.")),
}


@admin.register(AdjustmentRequest)
class AdjustmentRequestAdmin(MoneyDetails):
    change_form_template = "admin/subscriptions/adjustment.html"
    list_display = ["id", "owner", "amount", "reason", "requested_by", "requested_at", "decision", "decided_by"]
    list_filter = ["decision"]
    list_select_related = ["wallet__user", "requested_by", "decided_by"]
    fields = [
        "owner",
        "amount",
        "balance",
        "reason",
        "requested_by",
        "requested_at",
        "decision",
        "decided_by",
        "decided_at",
    ]
    readonly_fields = ["owner", "balance"]

    @admin.display(description=_("in the wallet now"))
    def balance(self, row: AdjustmentRequest) -> Any:
        return row.wallet.balance

    def panels(self, row: AdjustmentRequest) -> list[tuple[Any, Panel]]:
        entries = queries.entries_about(references=[f"adjustment:{row.pk}"])[:SHOWN]
        return [(_("In the ledger"), entries_panel(entries))]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        waits = row is not None and row.decision == AdjustmentRequest.Decision.WAITING
        may = {"waits": waits and _may_decide(request)}
        if waits:
            asked, owns = request.user.pk == row.requested_by_id, request.user.pk == row.wallet.user_id
            may |= {"may_approve": not (asked or owns), "may_reject": asked or not owns}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(require_POST(self.decide_view))
        return [
            path("<int:pk>/decide/", decide, name="subscriptions_adjustmentrequest_decide"),
            *super().get_urls(),
        ]

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Refusals are told on the adjustment's page; the same word twice is said once."""
        if not _may_decide(request):
            raise PermissionDenied
        if request.POST.get("decision") not in DECISIONS:
            raise BadRequest
        decide, done = DECISIONS[request.POST["decision"]]
        try:
            decide(request_id=pk, by_id=request.user.pk, now=timezone.now())
        except PortalError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:subscriptions_adjustmentrequest_change", pk)


def _may_decide(request: HttpRequest) -> bool:
    return request.user.has_perm("subscriptions.change_adjustmentrequest")  # type: ignore[union-attr]
