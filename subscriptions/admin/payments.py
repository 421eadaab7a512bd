"""Top-ups through the providers: what was paid, what the providers said, what was given back."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.panels import Panel
from library_portal.admin_lists import FirstPages
from library_portal.errors import PortalError
from library_portal.interface import dollars
from library_portal.outbox.admin import ReadOnly
from subscriptions import queries, services
from subscriptions.admin.details import SHOWN, MoneyDetails, entries_panel
from subscriptions.admin.filters import DayFilter, ProviderFilter
from subscriptions.admin.forms import show_in
from subscriptions.admin.looked_after import LookedAfterFilter
from subscriptions.models import Payment, PaymentRefund, ProviderEvent
from subscriptions.payments.registry import PROVIDERS

Status, Problem = Payment.Status, Payment.Problem
ADVICE = {
    Problem.OWNER_GONE: _("The account is closed and no wallet has this money: please give it back."),
    Problem.MISMATCH: _(
        "Another amount or currency was paid than was asked for: see what the provider said. Please give it back on "
        "the provider's own pages, or put what it is worth into the wallet by an adjustment that names this payment."
    ),
}
SAID = {
    PaymentRefund.Status.DONE: (messages.SUCCESS, _("%(amount)s were given back.")),
    PaymentRefund.Status.PENDING: (messages.WARNING, _("%(amount)s are on their way: the provider has not said yet.")),
    PaymentRefund.Status.FAILED: (messages.ERROR, _("The provider refused: %(amount)s stay where they were.")),
    PaymentRefund.Status.HELD: (messages.ERROR, _("%(amount)s came back, and nobody has the wallet any more.")),
}


class RefundForm(forms.Form):
    amount = forms.DecimalField(label=_("Amount"), max_digits=8, decimal_places=2, min_value=0, help_text=_("Dollars"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=AdminTextInputWidget,
        help_text=_("No names: it is kept with the payment."),
    )
    sure = forms.BooleanField(label=_("Yes, send the money back"))
    key = forms.UUIDField(widget=forms.HiddenInput)


@admin.register(Payment)
class PaymentAdmin(MoneyDetails):
    list_display = ["id", "owner", "amount", "refunded", "provider", "status", "problem", "created_at", "confirmed_at"]
    list_filter = ["status", LookedAfterFilter, ProviderFilter, DayFilter]
    search_help_text = _("A whole username, e-mail or phone, or the provider's reference")
    ordering = ["-pk"]
    fields = [*list_display[1:7], "provider_reference", "charge_reference", "created_at", "confirmed_at", "asked_at"]
    readonly_fields = ["owner"]

    def found(self, term: str) -> Q:
        at_provider = Q(provider__in=PROVIDERS, provider_reference=term) | Q(charge_reference=term)
        return super().found(term) | at_provider

    def advice(self, payment: Payment) -> Any:
        return "" if payment.refunded else ADVICE.get(Problem(payment.problem), "")

    def panels(self, payment: Payment) -> list[tuple[Any, Panel]]:
        entries = queries.entries_about(references=[f"payment:{payment.pk}"])[:SHOWN]
        return [
            (_("In the ledger"), entries_panel(entries)),
            (_("Given back"), _refunds(payment)),
            (_("What the provider said"), _events(payment)),
        ]

    def acts(self, request: HttpRequest, payment: Payment) -> list[tuple[str, Any]]:
        was_paid = payment.status in (Status.CONFIRMED, Status.HELD) and payment.problem != Problem.MISMATCH
        may = _may_refund(request) and was_paid
        left = payment.amount - payment.refunded
        address = reverse("admin:subscriptions_payment_refund", args=[payment.pk])
        return [(address, _("Give back"))] if may and left else []

    def get_urls(self) -> list[URLPattern]:
        refund = self.admin_site.admin_view(self.refund_view)
        return [path("<int:pk>/refund/", refund, name="subscriptions_payment_refund"), *super().get_urls()]

    def refund_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Whole or in part, by its provider; the same form sent twice gives back once."""
        if not _may_refund(request):
            raise PermissionDenied
        payment = get_object_or_404(Payment.objects.select_related("wallet__user"), pk=pk)
        left = payment.amount - payment.refunded
        possible = min(left, payment.wallet.balance) if payment.status == Status.CONFIRMED else left
        form = RefundForm(request.POST or None, initial={"key": uuid.uuid4(), "amount": possible})
        if form.is_valid():
            try:
                refund = _give_back(request, payment, form.cleaned_data)
            except PortalError as refusal:
                show_in(form, refusal)
            else:
                level, words = SAID[PaymentRefund.Status(refund.status)]
                self.message_user(request, words % {"amount": dollars(refund.amount)}, level)
                return redirect("admin:subscriptions_payment_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "payment": payment,
            "left": left,
            "title": _("Give back payment #%(id)s of %(user)s") % {"id": pk, "user": payment.wallet.user},
        }
        return render(request, "admin/subscriptions/refund.html", context)


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnly, admin.ModelAdmin):
    """What the providers said, also of payments that are none of ours."""

    list_display = ["id", "provider", "kind", "payment", "amount", "outcome", "received_at"]
    list_filter = ["outcome", ProviderFilter]
    list_select_related = ["payment"]
    search_fields = ["=event_id"]
    search_help_text = _("The provider's number of the message")
    paginator = FirstPages
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0
    actions = None


def _may_refund(request: HttpRequest) -> bool:
    return request.user.has_perm("subscriptions.change_payment")  # type: ignore[union-attr]


def _give_back(request: HttpRequest, payment: Payment, given: dict[str, Any]) -> PaymentRefund:
    return services.refund_payment(
        payment_id=payment.pk,
        amount=given["amount"],
        reason=given["reason"],
        by=request.user.pk,
        key=f"form:{payment.pk}:{given['key']}",
        now=timezone.now(),
    )


def _refunds(payment: Payment) -> Panel:
    refunds = payment.refunds.select_related("requested_by")[:SHOWN]
    return Panel(
        columns=[_("when"), _("amount"), _("status"), _("reason"), _("asked for by"), _("provider's reference")],
        rows=[_refund_row(one) for one in refunds],
        empty=_("Nothing was given back."),
    )


def _refund_row(one: PaymentRefund) -> list[Any]:
    what = [dollars(one.amount), one.get_status_display(), one.reason]
    return [one.created_at, *what, one.requested_by, one.provider_reference]


def _events(payment: Payment) -> Panel:
    return Panel(
        columns=[_("when"), _("what"), _("amount"), _("became of it"), _("event")],
        rows=[
            [one.received_at, one.kind, one.amount, one.get_outcome_display(), one.event_id]
            for one in payment.events.all()[:SHOWN]
        ],
        empty=_("Nothing so far."),
    )
