"""Payments that wait for somebody: the provider has moved money, and no wallet followed (docs/operations.md)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Payment, PaymentRefund, ProviderEvent

Outcome = ProviderEvent.Outcome
SAID = {str(outcome): outcome.label for outcome in (Outcome.UNASKED, Outcome.DISPUTED)}
REFUND_HELD = "refund_held"


class LookedAfterFilter(admin.SimpleListFilter):
    title = _("to be looked after")
    parameter_name = "look_after"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(REFUND_HELD, _("refund failed, in no wallet")), *SAID.items()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Payment]) -> QuerySet[Payment]:
        if self.value() == REFUND_HELD:
            held = PaymentRefund.objects.filter(status=PaymentRefund.Status.HELD)
            return rows.filter(pk__in=held.values("payment"))
        if self.value() in SAID:
            return rows.filter(pk__in=ProviderEvent.objects.filter(outcome=self.value()).values("payment"))
        return rows
