"""Payments that wait for somebody: the provider has moved money and no wallet followed, or it should have and
nothing is heard (docs/operations.md).
"""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Payment, PaymentRefund, ProviderEvent

Outcome = ProviderEvent.Outcome
SAID = {str(outcome): outcome.label for outcome in (Outcome.UNASKED, Outcome.DISPUTED)}
REFUND_HELD, REFUND_SLOW = "refund_held", "refund_slow"
SLOW = timedelta(days=3)


class LookedAfterFilter(admin.SimpleListFilter):
    title = _("to be looked after")
    parameter_name = "look_after"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (REFUND_HELD, _("refund failed, in no wallet")),
            (REFUND_SLOW, _("refund on its way for days")),
            *SAID.items(),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet[Payment]) -> QuerySet[Payment]:
        if self.value() == REFUND_HELD:
            held = PaymentRefund.objects.filter(status=PaymentRefund.Status.HELD)
            return rows.filter(pk__in=held.values("payment"))
        if self.value() == REFUND_SLOW:
            pending = PaymentRefund.objects.filter(status=PaymentRefund.Status.PENDING)
            return rows.filter(pk__in=pending.filter(created_at__lt=timezone.now() - SLOW).values("payment"))
        if self.value() in SAID:
            return rows.filter(pk__in=ProviderEvent.objects.filter(outcome=self.value()).values("payment"))
        return rows
