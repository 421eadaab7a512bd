"""Everybody, for admins: what librarians can do for patrons, and roles, passwords and sessions.

Lists to choose a reader from ask this admin, so librarians may look up patrons here, but no staff.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.admin.forms import NewPersonForm, PasswordForm, PersonForm
from accounts.admin.people import PeopleAdmin
from accounts.admin.person_actions import DEACTIVATE, END_SESSIONS, REACTIVATE, RESET_SECOND_STEP, SEND_LINK
from accounts.admin.sessions import ENDED_BY_ADMIN, say_ended
from accounts.models import PATRON_ROLES, User

admin.site.unregister(Group)  # groups follow the roles (accounts.roles)


@admin.register(User)
class PersonAdmin(PeopleAdmin, UserAdmin):
    form, add_form, change_password_form = PersonForm, NewPersonForm, PasswordForm
    person_actions = [SEND_LINK, RESET_SECOND_STEP, END_SESSIONS, DEACTIVATE, REACTIVATE]
    list_display = ["username", "full_name", "email", "phone", "role", "is_active", "second_step", "joined_at"]
    filter_horizontal = ()
    readonly_fields = [
        "is_active", "second_step", "email_verified_at", "phone_verified_at", "joined_at", "last_login", "new_password",
    ]  # fmt: skip
    actions = ["end_sessions"]
    fieldsets = [
        (None, {"fields": ["username", ("first_name", "last_name"), "language"]}),
        (_("Addresses"), {"fields": [("email", "email_verified_at"), ("phone", "phone_verified_at"), "code_channel"]}),
        (_("Access"), {"fields": ["role", ("is_active", "second_step"), "new_password"]}),
        (_("Dates"), {"fields": [("joined_at", "last_login")]}),
    ]

    @admin.display(description=_("password"))
    def new_password(self, user: User) -> str:
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">{}</a>', url, _("Set a new one"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people = super().get_queryset(request)
        return people if request.user.is_superuser else people.filter(role__in=PATRON_ROLES)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody takes away their own role."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "role"] if obj and obj.pk == request.user.pk else fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Librarians have the list of patrons in their menu."""
        return request.user.is_superuser

    def change(self, request: HttpRequest, user: User, changes: dict[str, Any]) -> None:
        role = changes.pop("role", None)
        super().change(request, user, changes)
        if role is not None:
            services.change_access(user_id=user.pk, by_id=request.user.pk, role=role, now=timezone.now())

    @admin.action(description=_("End all sessions of these people"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, people: QuerySet[User]) -> None:
        now = timezone.now()
        ended = sum(
            services.end_all_sessions(user_id=user_id, now=now, reason=ENDED_BY_ADMIN)
            for user_id in people.values_list("pk", flat=True)
        )
        say_ended(request, ended)
