from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from library_portal.api.fields import money
from subscriptions.models import LedgerEntry, Payment, Plan


class PlanSerializer(serializers.ModelSerializer):
    class Meta:
        model = Plan
        fields = [
            "code",
            "name",
            "price",
            "period_days",
            "holds_per_week",
            "max_copies",
            "max_days",
            "priority",
            "discount_percent",
            "frequent_reader_percent",
            "big_spender_percent",
        ]


class WalletSerializer(serializers.Serializer):
    balance = money()
    debt = money()


class LedgerEntrySerializer(serializers.ModelSerializer):
    class Meta:
        model = LedgerEntry
        fields = ["id", "kind", "amount", "balance_after", "reference", "reason", "created_at"]


class SubscriptionSerializer(serializers.Serializer):
    plan = PlanSerializer()
    next_plan = serializers.CharField(allow_null=True, help_text="the plan that follows this period, if another")
    auto_renew = serializers.BooleanField()
    period_started_at = serializers.DateTimeField(allow_null=True)
    period_ends_at = serializers.DateTimeField(allow_null=True)


class SubscriptionRequest(serializers.Serializer):
    plan = serializers.CharField(
        max_length=20,
        required=False,
        help_text="dearer than now: at once, with credit for the unused part; else from the end of the period",
    )
    auto_renew = serializers.BooleanField(
        required=False, help_text="false: the plan falls to FREE at the end of the period"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError(_("Give a plan, auto_renew, or both."))
        return attrs


class TopUpRequest(serializers.Serializer):
    amount = money(help_text=f"dollars, {settings.TOP_UP_MIN} to {settings.TOP_UP_MAX}")
    provider = serializers.CharField(max_length=20)


class PaymentSerializer(serializers.ModelSerializer):
    checkout_url = serializers.URLField(
        read_only=True, allow_null=True, help_text="where the patron pays; null once it is settled"
    )

    class Meta:
        model = Payment
        fields = ["id", "amount", "refunded", "provider", "status", "created_at", "confirmed_at", "checkout_url"]
