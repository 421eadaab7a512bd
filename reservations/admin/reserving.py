"""Staff reserve for a patron."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import accounts.queries
from library_portal.admin_inputs import ForgivingSelect
from library_portal.errors import PortalError
from reservations import services
from reservations.models import Reservation


class ReserveForm(forms.Form):
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


class Reserving:
    """For the admin of reservations. Not the stock view: that one would put the service inside its own transaction."""

    admin_site: Any
    opts: Any
    media: Any

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        form = ReserveForm(request.POST or None, admin_site=self.admin_site)
        if request.method == "POST" and form.is_valid():
            try:
                reservation = _reserve(form)
            except PortalError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Reserved: %s") % reservation.get_status_display())
                return redirect("admin:reservations_reservation_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "title": _("Reserve for a patron"),
        }
        return render(request, "admin/reservations/reserve.html", context)


def _reserve(form: ReserveForm) -> Reservation:
    return services.reserve(
        user_id=form.cleaned_data["user"].pk,
        book_id=form.cleaned_data["book"].pk,
        days=form.cleaned_data["days"],
        join_queue=True,
        now=timezone.now(),
    )
