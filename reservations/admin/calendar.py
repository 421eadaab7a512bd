"""The library calendar in the admin: closures as spans of days, and the days closed every week."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from library_portal.errors import InvalidInput
from reservations import services
from reservations.models import Closure, WeeklyClosing
from reservations.services.calendar import check_days

COMING, OVER, ALL = "coming", "over", "all"


class WhenFilter(admin.SimpleListFilter):
    """What is coming is shown at first."""

    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(OVER, _("Over")), (ALL, _("All"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [first | {"display": _("Now and coming")}, *others]

    def queryset(self, request: HttpRequest, closures: QuerySet[Closure]) -> QuerySet[Closure]:
        today = timezone.localdate()
        if self.value() == ALL:
            return closures
        return closures.filter(last_on__lt=today) if self.value() == OVER else closures.filter(last_on__gte=today)


class ClosureForm(forms.ModelForm):
    class Meta:
        model = Closure
        fields = ["first_on", "last_on", "reason"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "first_on" in given and "last_on" in given:
            try:
                check_days(first_on=given["first_on"], last_on=given["last_on"], today=timezone.localdate())
            except InvalidInput as refusal:
                put_at_fields(self, refusal)
        return given


class WeekForm(forms.Form):
    weekdays = forms.MultipleChoiceField(
        choices=WeeklyClosing._meta.get_field("weekday").choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("Closed every"),
        help_text=_("On these days nothing is due and no hold runs out. What would end on them moves to a later day."),
    )


def put_at_fields(form: forms.BaseForm, refusal: InvalidInput) -> None:
    for field, texts in refusal.extra["errors"].items():
        for text in texts:
            form.add_error(field, text)


@admin.register(Closure)
class ClosureAdmin(admin.ModelAdmin):
    """Everything goes through the services: what ends on closed days must hear of it."""

    form = ClosureForm
    change_list_template = "admin/reservations/closures.html"
    list_display = ["first_on", "last_on", "days", "reason"]
    list_filter = [WhenFilter]
    search_fields = ["reason"]
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("days"))
    def days(self, closure: Closure) -> int:
        return (closure.last_on - closure.first_on).days + 1

    def get_urls(self) -> list[URLPattern]:
        week = path("week/", self.admin_site.admin_view(self.week_view), name="reservations_closure_week")
        return [week, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        closed = [str(one.get_weekday_display()) for one in WeeklyClosing.objects.all()]
        return super().changelist_view(request, {**(extra_context or {}), "closed_every": closed})

    def save_model(self, request: HttpRequest, obj: Closure, form: forms.ModelForm, change: bool) -> None:
        given = {"first_on": obj.first_on, "last_on": obj.last_on, "reason": obj.reason, "now": timezone.now()}
        if change:
            services.change_closure(closure_id=obj.pk, **given)
        else:
            obj.pk = services.close_library(**given).pk

    def delete_model(self, request: HttpRequest, obj: Closure) -> None:
        services.reopen_library(closure_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Closure]) -> None:
        for closure_id in queryset.values_list("pk", flat=True):
            services.reopen_library(closure_id=closure_id)

    def week_view(self, request: HttpRequest) -> HttpResponse:
        """The days closed every week, as seven boxes."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        closed = WeeklyClosing.objects.values_list("weekday", flat=True)
        form = WeekForm(request.POST if request.method == "POST" else None, initial={"weekdays": list(closed)})
        if form.is_bound and self._is_saved(request, form):
            return redirect("admin:reservations_closure_changelist")
        title = _("Weekly closing days")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form, "title": title}
        return render(request, "admin/reservations/week.html", context)

    def _is_saved(self, request: HttpRequest, form: WeekForm) -> bool:
        if not form.is_valid():
            return False
        try:
            services.close_weekly(weekdays=[int(day) for day in form.cleaned_data["weekdays"]])
        except InvalidInput as refusal:
            put_at_fields(form, refusal)
            return False
        self.message_user(request, _("The weekly closing days are set."), messages.SUCCESS)
        return True
