"""Plans are edited here; money is only read, or moved by an adjustment with a reason."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from library_portal.admin_inputs import ForgivingChoices
from library_portal.errors import PortalError
from subscriptions import services
from subscriptions.models import Debt, LedgerEntry, Payment, Plan, Subscription, Wallet


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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


@admin.register(Subscription)
class SubscriptionAdmin(ForgivingChoices, admin.ModelAdmin):
    """A plan chosen here starts a new period now, without a charge."""

    list_display = ["user", "plan", "period_started_at", "period_ends_at", "auto_renew"]
    list_filter = ["plan", "auto_renew"]
    list_select_related = ["user", "plan"]
    search_fields = ["=user__username", "user__email"]
    search_help_text = _("Username or e-mail")
    autocomplete_fields = ["user"]
    fields = ["user", "plan"]
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Subscription | None = None) -> list[str]:
        return ["user"] if obj else []

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        obj.pk = services.set_plan(user_id=obj.user_id, plan_code=obj.plan.code, now=timezone.now()).pk

    def has_delete_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return False


class AdjustmentForm(forms.Form):
    amount = forms.DecimalField(
        label=_("Amount"), max_digits=8, decimal_places=2, help_text=_("Dollars; negative takes money out")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=140
    )  # the admin's number is added: the ledger outlives the account
    key = forms.UUIDField(widget=forms.HiddenInput)


@admin.register(Wallet)
class WalletAdmin(ReadOnlyAdmin):
    list_display = ["user", "balance", "adjust_link"]
    list_select_related = ["user"]
    search_fields = ["=user__username", "user__email"]
    search_help_text = _("Username or e-mail")
    ordering = ["-pk"]

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
        if not request.user.has_perm("subscriptions.change_wallet"):
            raise PermissionDenied
        wallet = get_object_or_404(Wallet.objects.select_related("user"), pk=pk)
        form = AdjustmentForm(request.POST or None, initial={"key": uuid.uuid4()})
        if request.method == "POST" and form.is_valid():
            try:
                services.adjust(
                    user_id=wallet.user_id,
                    amount=form.cleaned_data["amount"],
                    reason=f"{form.cleaned_data['reason']} (#{request.user.pk})",
                    key=f"adjustment:{form.cleaned_data['key']}",
                )
            except PortalError as refusal:
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, _("The wallet was adjusted."), messages.SUCCESS)
                return redirect("admin:subscriptions_wallet_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "title": _("Adjust the wallet of %(user)s ($%(balance)s)")
            % {"user": wallet.user, "balance": wallet.balance},
        }
        return render(request, "admin/subscriptions/adjust.html", context)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["id", "owner", "kind", "amount", "balance_after", "reference", "reason", "created_at"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["wallet__user"]
    search_fields = ["=wallet__user__username", "=reference"]
    search_help_text = _("Username, or what the entry refers to")

    @admin.display(description=_("patron"))
    def owner(self, entry: LedgerEntry) -> str:
        return str(entry.wallet.user)


@admin.register(Debt)
class DebtAdmin(ReadOnlyAdmin):
    list_display = ["id", "owner", "amount", "outstanding", "reference", "created_at"]
    list_select_related = ["wallet__user"]
    search_fields = ["=wallet__user__username", "=reference"]

    @admin.display(description=_("patron"))
    def owner(self, debt: Debt) -> str:
        return str(debt.wallet.user)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ["id", "owner", "amount", "provider", "status", "created_at", "confirmed_at"]
    list_filter = ["status", "provider"]
    list_select_related = ["wallet__user"]
    search_fields = ["=wallet__user__username", "=provider_reference"]

    @admin.display(description=_("patron"))
    def owner(self, payment: Payment) -> str:
        return str(payment.wallet.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return super().get_queryset(request).order_by("-pk")
