"""What the two lists of people have in common: finding, adding by invitation, panels, and buttons that ask back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import panels, queries, services
from accounts.admin.forms import NewPatronForm
from accounts.admin.person_actions import PersonAction
from accounts.models import User
from library_portal.errors import PortalError


class PeopleAdmin(admin.ModelAdmin):
    change_form_template = "admin/accounts/person.html"
    add_form_template = "admin/change_form.html"
    add_form: type[forms.ModelForm] = NewPatronForm
    person_actions: list[PersonAction] = []
    list_filter = ["role", "is_active", "second_step", "joined_at"]
    search_fields = ["username"]  # `get_search_results` decides; this one shows the box
    search_help_text = _("How a username, a name, an e-mail or a phone (+…) begins")
    ordering = ["-joined_at", "-pk"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    @admin.display(description=_("name"))
    def full_name(self, user: User) -> str:
        return f"{user.first_name} {user.last_name}".strip()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """By prefix, as there are indexes for."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(queries.begins(search_term)), False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """As Django's own list of users: `?password__startswith=…` would tell a hash letter by letter."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_form(self, request: HttpRequest, obj: User | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        return super().get_form(request, obj, **({} if obj else {"form": self.add_form}), **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else [(None, {"fields": list(self.add_form.base_fields)})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.readonly_fields if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are deleted by the rule (`services.delete_account`), not as rows."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if not change:
            services.invite_person(user=obj, now=timezone.now())
            self.message_user(request, _("A link to set the password is on its way."), messages.SUCCESS)
            return
        changes = {field: form.cleaned_data[field] for field in form.changed_data}
        self.change(request, obj, changes)

    def change(self, request: HttpRequest, user: User, changes: dict[str, Any]) -> None:
        services.change_person(user_id=user.pk, now=timezone.now(), **{**changes, **_as_text(changes)})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        user = self.get_object(request, object_id)
        shown = {} if user is None else self._beside_the_form(request, user)
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    def _beside_the_form(self, request: HttpRequest, user: User) -> dict[str, Any]:
        may_act = self.has_change_permission(request, user)
        return {
            "person_actions": [one for one in self.person_actions if may_act and one.suits(user)],
            "panels": panels.panels_of(user_id=user.pk, now=timezone.now()),
        }

    def get_urls(self) -> list[URLPattern]:
        act = path(
            "<int:pk>/<slug:slug>/",
            self.admin_site.admin_view(self.act_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_act",
        )
        *stock, anything_else = super().get_urls()
        return [*stock, act, anything_else]

    def act_view(self, request: HttpRequest, pk: int, slug: str) -> HttpResponse:
        """Asks back, then does it. Doing it twice changes nothing more."""
        action = next((one for one in self.person_actions if one.slug == slug), None)
        user = self.get_object(request, str(pk))
        if action is None or user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request, action, user)
        title = f"{action.label}: {user.get_full_name()}"
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return render(request, "admin/accounts/confirm.html", {**context, "action": action, "person": user})

    def _act(self, request: HttpRequest, action: PersonAction, user: User) -> HttpResponse:
        try:
            action.run(user.pk, request.user.pk)
        except PortalError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, action.done, messages.SUCCESS)
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[user.pk]))


def _as_text(changes: dict[str, Any]) -> dict[str, str]:
    return {field: str(changes[field] or "") for field in ("email", "phone") if field in changes}
