"""The plans themselves: prices, limits, discounts, and how many patrons are on each."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscriptions import queries, services
from subscriptions.models import Plan

A_YEAR = 366
PERCENTS = ("discount_percent", "frequent_reader_percent", "big_spender_percent")
CHECKS = [
    *((name, MinValueValidator(1)) for name in ("holds_per_week", "max_copies", "max_days", "period_days")),
    *((name, MaxValueValidator(A_YEAR)) for name in ("max_days", "period_days")),
    *((name, MaxValueValidator(100)) for name in PERCENTS),
    ("price", MinValueValidator(0)),
    ("code", RegexValidator(r"^[A-Z][A-Z0-9_]*$", _("Capital letters, please."))),
]


class PlanForm(forms.ModelForm):
    """Remembers what it showed: only what this admin typed is a change, not what another one changed meanwhile."""

    class Meta:
        model = Plan
        fields = (
            "code", "name", "price", "period_days", "holds_per_week", "max_copies", "max_days", "priority",
            *PERCENTS,
        )  # fmt: skip
        help_texts = {
            "price": _("Holds for each patron from the next period on; what is paid for stays paid for."),
            "holds_per_week": _("Empty: without limit."),
            "max_copies": _("Limits hold at once, for loans and holds to come."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True
        for name, validator in CHECKS:
            if name in self.fields:  # those who only look have no fields
                self.fields[name].validators.append(validator)

    def clean_price(self) -> Any:
        price = self.cleaned_data["price"]
        if self.instance.code == queries.FREE and price:
            raise ValidationError(_("The Free plan costs nothing: people fall back to it without being asked."))
        return price


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    form = PlanForm
    list_display = [
        "name",
        "code",
        "patrons",
        "price",
        "holds_per_week",
        "max_copies",
        "max_days",
        "priority",
        "discount_percent",
    ]
    search_fields = ["name", "code"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return queries.plans_with_patrons(now=timezone.now())

    @admin.display(description=_("patrons"))
    def patrons(self, plan: Plan) -> Any:
        """Free is also everybody's who never chose a plan, or whose plan is over."""
        return _("the others") if plan.code == queries.FREE else plan.patrons

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> list[str]:
        """The portal knows FREE by its code: without it nobody would have limits to live by."""
        return ["code"] if obj else []

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        typed = form.changed_data if change else form.cleaned_data
        terms = {name: form.cleaned_data[name] for name in typed if name != "code"}
        obj.pk = services.set_terms(code=obj.code, terms=terms).pk

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        return False
