"""Wallets, and adjustments of what is in them."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from library_portal.errors import PortalError
from subscriptions import services
from subscriptions.admin.forms import show_in
from subscriptions.admin.lists import MoneyList
from subscriptions.models import AdjustmentRequest, Wallet


class AdjustmentForm(forms.Form):
    amount = forms.DecimalField(
        label=_("Amount"), max_digits=8, decimal_places=2, help_text=_("Dollars; negative takes money out")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=140,
        widget=AdminTextInputWidget,
        help_text=_("Patrons read it in their statement. No names: the ledger is kept for ever."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


@admin.register(Wallet)
class WalletAdmin(MoneyList):
    list_display = ["user", "balance"]
    list_select_related = ["user"]
    ordering = ["-pk"]

    def of(self, user_id: int) -> Q:
        return Q(user=user_id)

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return [*self.list_display, *(["adjust_link"] if _may_adjust(request) else [])]

    @admin.display(description=_("adjustment"))
    def adjust_link(self, wallet: Wallet) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:subscriptions_wallet_adjust", args=[wallet.pk]), _("Adjust")
        )

    def get_urls(self) -> list[URLPattern]:
        adjust = path(
            "<int:pk>/adjust/",
            self.admin_site.admin_view(self.adjust_view),
            name="subscriptions_wallet_adjust",
        )
        return [adjust, *super().get_urls()]

    def adjust_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Credit or debit with a reason; sending the same form twice moves the money once."""
        if not _may_adjust(request):
            raise PermissionDenied
        wallet = get_object_or_404(Wallet.objects.select_related("user"), pk=pk)
        form = AdjustmentForm(request.POST or None, initial={"key": uuid.uuid4()})
        if form.is_valid():
            try:
                adjustment = _adjust(request, wallet, form.cleaned_data)
            except PortalError as refusal:
                show_in(form, refusal)
            else:
                return self._adjusted(request, adjustment)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "limit": settings.ADJUSTMENT_NEEDS_SECOND,
            "title": _("Adjust the wallet of %(user)s ($%(balance)s)")
            % {"user": wallet.user, "balance": wallet.balance},
        }
        return render(request, "admin/subscriptions/adjust.html", context)

    def _adjusted(self, request: HttpRequest, adjustment: AdjustmentRequest) -> HttpResponse:
        if adjustment.decision == AdjustmentRequest.Decision.WAITING:
            self.message_user(request, _("Another admin must approve this: until then it waits."), messages.WARNING)
            return redirect("admin:subscriptions_adjustmentrequest_change", adjustment.pk)
        self.message_user(request, _("The wallet was adjusted."), messages.SUCCESS)
        return redirect("admin:subscriptions_wallet_changelist")


def _adjust(request: HttpRequest, wallet: Wallet, wanted: dict[str, Any]) -> AdjustmentRequest:
    return services.request_adjustment(
        user_id=wallet.user_id,
        amount=wanted["amount"],
        reason=wanted["reason"],
        by_id=request.user.pk,
        key=f"form:{wanted['key']}",
        now=timezone.now(),
    )


def _may_adjust(request: HttpRequest) -> bool:
    return request.user.has_perm("subscriptions.change_wallet")  # type: ignore[union-attr]
