"""Patrons, for librarians: customers and authors. Staff accounts, roles and passwords are out of reach here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.forms import PatronForm
from accounts.admin.people import PeopleAdmin
from accounts.admin.person_actions import DEACTIVATE, REACTIVATE, RESET_SECOND_STEP, SEND_LINK
from accounts.models import Patron, User


@admin.register(Patron)
class PatronAdmin(PeopleAdmin):
    form = PatronForm
    person_actions = [SEND_LINK, RESET_SECOND_STEP, DEACTIVATE, REACTIVATE]
    list_display = ["username", "full_name", "email", "phone", "is_active", "joined_at"]
    list_filter = ["is_active", "joined_at"]
    readonly_fields = [
        "role", "is_active", "second_step", "email_verified_at", "phone_verified_at", "joined_at", "last_login",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["username", ("first_name", "last_name"), "language"]}),
        (_("Addresses"), {"fields": [("email", "email_verified_at"), ("phone", "phone_verified_at")]}),
        (_("Account"), {"fields": [("role", "is_active", "second_step"), ("joined_at", "last_login")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Whose account was deleted is nobody any more."""
        return super().get_queryset(request).filter(erased_at=None)
