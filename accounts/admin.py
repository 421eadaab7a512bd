"""People and their sessions. Librarians look; admins change. A password is set here and never shown."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import services
from accounts.models import STAFF_ROLES, Session, User

ENDED_BY_ADMIN = "ended by an admin"

admin.site.unregister(Group)  # groups follow the roles (accounts.roles)


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "email", "phone", "first_name", "last_name", "role", "language", "code_channel"]
        fields += ["second_step", "is_active", "email_verified_at", "phone_verified_at"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("role") in STAFF_ROLES and not cleaned.get("second_step"):
            self.add_error("second_step", _("Librarians and admins always have a second step."))
        return cleaned


class NewPersonForm(forms.ModelForm):
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    class Meta:
        model = User
        fields = ["username", "email", "phone", "first_name", "last_name", "role"]

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"], self.instance)
        return self.cleaned_data["password"]


class PasswordForm(AdminPasswordChangeForm):
    """A new password ends the sessions opened with the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)

    def save(self, commit: bool = True) -> User:
        services.set_password(user_id=self.user.pk, password=self.cleaned_data["password1"], now=timezone.now())
        self.user.refresh_from_db()
        return self.user


@admin.register(User)
class PersonAdmin(UserAdmin):
    form, add_form, change_password_form = PersonForm, NewPersonForm, PasswordForm
    list_display = ["username", "email", "phone", "full_name", "role", "is_active", "second_step", "joined_at"]
    list_filter = ["role", "is_active", "second_step", "joined_at"]
    search_fields = ["username", "email", "phone", "first_name", "last_name"]
    ordering = ["-joined_at", "-pk"]
    filter_horizontal = ()
    show_full_result_count = False
    readonly_fields = ["joined_at", "last_login", "new_password"]
    actions = ["end_sessions"]
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "language"]}),
        (_("Addresses"), {"fields": ["email", "email_verified_at", "phone", "phone_verified_at"]}),
        (_("Access"), {"fields": ["role", "is_active", "second_step", "code_channel", "new_password"]}),
        (_("Dates"), {"fields": ["joined_at", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": [*NewPersonForm.Meta.fields, "password"]})]

    @admin.display(description=_("name"))
    def full_name(self, user: User) -> str:
        return f"{user.first_name} {user.last_name}".strip()

    @admin.display(description=_("password"))
    def new_password(self, user: User) -> str:
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">{}</a>', url, _("Set a new one"))

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if not change:
            services.add_person(user=obj, password=form.cleaned_data["password"], now=timezone.now())
            return
        role, is_active = obj.role, obj.is_active
        services.change_role(user_id=obj.pk, role=role, now=timezone.now())
        obj.save(update_fields=set(form.changed_data) - {"role", "is_active"})
        if is_active:
            services.reactivate(user_id=obj.pk)
        else:
            services.deactivate(user_id=obj.pk, now=timezone.now())

    @admin.action(description=_("End all sessions of these people"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, people: QuerySet[User]) -> None:
        now = timezone.now()
        ended = sum(
            services.end_all_sessions(user_id=user_id, now=now, reason=ENDED_BY_ADMIN)
            for user_id in people.values_list("pk", flat=True)
        )
        _say_ended(request, ended)


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    list_display = ["user", "channel", "user_agent", "address", "last_used_at", "expires_at", "ended_at", "end_reason"]
    list_filter = ["channel", "ended_at", "end_reason"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email", "address"]
    date_hierarchy = "last_used_at"
    ordering = ["-last_used_at"]
    show_full_result_count = False
    actions = ["end"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_session")

    @admin.action(description=_("End these sessions"), permissions=["end"])
    def end(self, request: HttpRequest, sessions: QuerySet[Session]) -> None:
        open_ones = list(sessions.filter(ended_at=None).values_list("pk", flat=True))
        for session_id in open_ones:
            services.end_session(session_id=session_id, now=timezone.now(), reason=ENDED_BY_ADMIN)
        _say_ended(request, len(open_ones))


def _say_ended(request: HttpRequest, ended: int) -> None:
    text = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended)
    messages.success(request, text % {"count": ended})
