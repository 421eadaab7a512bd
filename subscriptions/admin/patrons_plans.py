"""Who is on which plan, what became of it, and plans that are given away."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import library_portal.audit.queries
from accounts.panels import Panel
from library_portal.admin_inputs import ForgivingChoices
from library_portal.admin_lists import FirstPages
from library_portal.audit.models import Action
from library_portal.interface import dollars
from subscriptions import queries, services
from subscriptions.admin.details import SHOWN, Detailed, entries_panel
from subscriptions.admin.lists import FoundByPerson
from subscriptions.entitlements import unused_credit
from subscriptions.models import Subscription


class EndingFilter(admin.SimpleListFilter):
    title = _("end of the period")
    parameter_name = "ending"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        soon = _("Within %(days)s days") % {"days": settings.PLAN_REMINDER_DAYS}
        short = _("Within %(days)s days, and the wallet does not cover the renewal") % {
            "days": settings.PLAN_REMINDER_DAYS
        }
        return [("soon", soon), ("short", short), ("month", _("Within 30 days")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
        now = timezone.now()
        if self.value() == "over":
            return rows.filter(period_ends_at__lte=now)
        soon = settings.PLAN_REMINDER_DAYS
        days = {"soon": soon, "short": soon, "month": 30}.get(self.value() or "")
        if days:
            rows = rows.filter(period_ends_at__gt=now, period_ends_at__lte=now + timedelta(days=days))
        return _not_covered(rows) if self.value() == "short" else rows


def _not_covered(rows: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Whose renewal would fail now."""
    renewing = rows.filter(auto_renew=True).annotate(due=Coalesce("next_plan__price", "plan__price"))
    return renewing.filter(Q(user__wallet=None, due__gt=0) | Q(user__wallet__balance__lt=F("due")))


class GivenPlanForm(forms.ModelForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=140,
        widget=AdminTextInputWidget,
        help_text=_("Why this plan is given away; the audit log keeps it."),
    )

    def clean_user(self) -> Any:
        user = self.cleaned_data["user"]
        if user.erased_at:
            raise ValidationError(_("This account was deleted."))
        return user


@admin.register(Subscription)
class SubscriptionAdmin(FoundByPerson, Detailed, ForgivingChoices, admin.ModelAdmin):
    """A plan chosen here is given away: what that means is said above the fields."""

    form = GivenPlanForm
    list_display = ["user", "plan", "period_started_at", "period_ends_at", "next_plan", "auto_renew", "paid"]
    list_filter = ["plan", "auto_renew", EndingFilter]
    list_select_related = ["user", "plan", "next_plan"]
    ordering = ["-pk"]
    autocomplete_fields = ["user"]
    paginator = FirstPages
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0
    actions = None

    def get_fields(self, request: HttpRequest, obj: Subscription | None = None) -> list[str]:
        now = ["period_started_at", "period_ends_at", "next_plan", "auto_renew", "paid"] if obj else []
        return ["user", "plan", *(["reason"] if self._may(request, obj) else []), *now]

    def get_fieldsets(self, request: HttpRequest, obj: Subscription | None = None) -> Any:
        about = {"description": _what_it_means(obj)} if self._may(request, obj) else {}
        return [(None, {"fields": self.get_fields(request, obj), **about})]

    def get_readonly_fields(self, request: HttpRequest, obj: Subscription | None = None) -> list[str]:
        return ["user", "period_started_at", "period_ends_at", "next_plan", "auto_renew", "paid"] if obj else []

    def panels(self, subscription: Subscription) -> list[tuple[Any, Panel]]:
        entries = queries.entries_about(references=[f"subscription:{subscription.pk}"])[:SHOWN]
        return [(_("Paid and credited"), entries_panel(entries)), (_("Given by staff"), _given(subscription))]

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        given = {"plan_code": obj.plan.code, "reason": form.cleaned_data["reason"]}
        obj.pk = services.give_plan(user_id=obj.user_id, **given, now=timezone.now()).pk

    def has_delete_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return False

    def _may(self, request: HttpRequest, obj: Subscription | None) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)


def _what_it_means(subscription: Subscription | None) -> str:
    means = _("The plan you give starts now, costs nothing and does not renew itself.")
    credit = unused_credit(subscription, now=timezone.now()) if subscription else 0
    goes_back = _("%(amount)s for the unused part of the current period will be put back into the wallet.")
    return f"{means} {goes_back % {'amount': dollars(credit)}}" if credit else str(means)


def _given(subscription: Subscription) -> Panel:
    lines = library_portal.audit.queries.all_about(
        user_id=subscription.user_id, action=Action.PLAN_GIVEN, details={}, limit=SHOWN
    )
    return Panel(
        columns=[_("when"), _("plan"), _("who"), _("reason")],
        rows=[[line.at, line.details.get("plan"), line.who, line.details.get("reason")] for line in lines],
        empty=_("None was given."),
    )
