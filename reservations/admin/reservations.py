"""Reservations in the admin: everything goes through the services, so events, money and queues stay right."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import accounts.queries
from library_portal.admin_inputs import ForgivingSelect
from library_portal.errors import PortalError
from reservations import services
from reservations.models import CLOSED, Reservation, Status


class OverdueFilter(admin.SimpleListFilter):
    title = _("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Reservation]) -> QuerySet[Reservation]:
        if self.value() == "yes":
            return rows.filter(status=Status.ACTIVE, due_on__lt=timezone.localdate())
        return rows


class ReserveForm(forms.Form):
    """A librarian reserves for a patron."""

    user = forms.ModelChoiceField(queryset=None, label=_("Patron"))
    book = forms.ModelChoiceField(queryset=None, label=_("Book"))
    days = forms.IntegerField(
        min_value=1,
        max_value=3650,
        required=False,
        label=_("Days"),
        help_text=_("The plan's longest loan by default"),
    )

    def __init__(self, *args: Any, admin_site: admin.AdminSite, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("user", "book"):
            relation = Reservation._meta.get_field(name)
            field = self.fields[name]
            field.queryset = relation.related_model._default_manager.all()
            field.widget = ForgivingSelect(relation, admin_site)
            field.widget.choices = field.choices
        self.fields["user"].queryset = accounts.queries.patrons()


@admin.register(Reservation)
class ReservationAdmin(admin.ModelAdmin):
    list_display = [
        "id",
        "user",
        "book",
        "copy",
        "status",
        "days",
        "price",
        "hold_until",
        "due_on",
        "closed_at",
    ]
    list_filter = ["status", OverdueFilter, "due_on"]
    list_select_related = ["user", "book", "copy"]
    search_fields = ["=user__username", "user__email", "book__title", "=copy__barcode"]
    search_help_text = _("Username, e-mail, title or barcode")
    show_full_result_count = False
    list_per_page = 50
    actions = ["check_out", "return_copies", "cancel"]

    def has_change_permission(self, request: HttpRequest, obj: Reservation | None = None) -> bool:
        """A reservation changes only by its transitions; the actions ask for this permission themselves."""
        return False

    def has_lend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reservations.change_reservation")

    def has_delete_permission(self, request: HttpRequest, obj: Reservation | None = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Reserve for a patron. Not the stock view: that one would put the service inside its own transaction."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ReserveForm(request.POST or None, admin_site=self.admin_site)
        if request.method == "POST" and form.is_valid():
            try:
                reservation = services.reserve(
                    user_id=form.cleaned_data["user"].pk,
                    book_id=form.cleaned_data["book"].pk,
                    days=form.cleaned_data["days"],
                    join_queue=True,
                    now=timezone.now(),
                )
            except PortalError as refusal:
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, _("Reserved: %s") % reservation.get_status_display(), messages.SUCCESS)
                return redirect("admin:reservations_reservation_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "title": _("Reserve for a patron"),
        }
        return render(request, "admin/reservations/reserve.html", context)

    @admin.action(description=_("Check out"), permissions=["lend"])
    def check_out(self, request: HttpRequest, chosen: QuerySet[Reservation]) -> None:
        self._for_each(request, chosen, services.check_out)

    @admin.action(description=_("Return"), permissions=["lend"])
    def return_copies(self, request: HttpRequest, chosen: QuerySet[Reservation]) -> None:
        self._for_each(request, chosen, services.return_copy)

    @admin.action(description=_("Cancel"), permissions=["lend"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Reservation]) -> None:
        self._for_each(request, chosen, services.cancel)

    def _for_each(self, request: HttpRequest, chosen: QuerySet[Reservation], use_case: Callable[..., object]) -> None:
        done = 0
        for pk, status in chosen.order_by("pk").values_list("pk", "status"):
            if status in CLOSED:
                self.message_user(request, f"#{pk}: {_('This reservation has ended already.')}", messages.INFO)
                continue
            try:
                use_case(reservation_id=pk, now=timezone.now())
                done += 1
            except PortalError as refusal:
                self.message_user(request, f"#{pk}: {refusal}", messages.ERROR)
        self.message_user(request, _("Done: %(count)s") % {"count": done}, messages.SUCCESS if done else messages.INFO)
