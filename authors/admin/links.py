"""Admins link a catalogue author to a person's account, and take the link away. Bank accounts are not shown here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from authors import services
from authors.admin.payouts import PayoutPages
from authors.models import AuthorAccount
from authors.queries import GIVEN, NONE, UNREADABLE, shown_bank_account
from library_portal.admin_inputs import ForgivingChoices

STATES = {NONE: _("none"), GIVEN: _("given"), UNREADABLE: _("can't be read: its key is missing")}


class LinkForm(forms.ModelForm):
    def clean_user(self) -> Any:
        user = self.cleaned_data["user"]
        if not (user.is_active and user.is_patron):
            raise ValidationError(services.CannotBeAuthor.title)
        return user


@admin.register(AuthorAccount)
class AuthorAccountAdmin(PayoutPages, ForgivingChoices, admin.ModelAdmin):
    """Linked or not: there is nothing to change in between."""

    form = LinkForm
    change_list_template = "admin/authors/accounts.html"
    list_display = ("author", "user", "linked_at")
    list_select_related = ("author", "user")
    search_fields = ("author__name", "=user__username", "user__email")
    search_help_text = _("Author, username or e-mail")
    autocomplete_fields = ("author", "user")
    show_full_result_count = False
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuthorAccount]:
        return super().get_queryset(request).defer("iban", "account_holder")

    def get_fields(self, request: HttpRequest, obj: AuthorAccount | None = None) -> list[str]:
        return ["author", "user", "linked_at", "bank_account"] if obj else ["author", "user"]

    def get_readonly_fields(self, request: HttpRequest, obj: AuthorAccount | None = None) -> list[str]:
        return ["linked_at", "bank_account"] if obj else []

    @admin.display(description=_("bank account"))
    def bank_account(self, account: AuthorAccount) -> str:
        return str(STATES[shown_bank_account(user_id=account.user_id).state])

    def has_change_permission(self, request: HttpRequest, obj: AuthorAccount | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: AuthorAccount, form: Any, change: bool) -> None:
        obj.pk = services.link(author_id=obj.author_id, user_id=obj.user_id, now=timezone.now()).pk

    def delete_model(self, request: HttpRequest, obj: AuthorAccount) -> None:
        services.unlink(user_id=obj.user_id)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AuthorAccount]) -> None:
        for account in queryset:
            self.delete_model(request, account)
