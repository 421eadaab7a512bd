"""Who is on which plan, and plans that are given away."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from library_portal.admin_inputs import ForgivingChoices
from subscriptions import services
from subscriptions.models import Subscription


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
