"""Copies, in a list of their own and with their book."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from books import services
from books.admin.each import each
from books.admin.labels import answer_with_labels
from books.models import Copy
from library_portal.admin_inputs import ForgivingChoices

FOUND_AT_MOST = 300


class CopyForm(forms.ModelForm):
    barcode = forms.CharField(
        max_length=40, required=False, help_text=_("Empty: the next number"), show_hidden_initial=True
    )

    def has_changed(self) -> bool:
        """A row that the librarian added is a copy, also when nothing was typed into it."""
        return self.instance.pk is None or super().has_changed()

    def clean_barcode(self) -> str:
        """Somebody else's change is not written over: the form brings the barcode that it showed."""
        seen = self.data.get(self.add_initial_prefix("barcode"))
        if self.instance.pk and seen not in (None, self.instance.barcode):
            raise ValidationError(
                _("Somebody else has changed this barcode in the meantime: “%s”.") % self.instance.barcode
            )
        return self.cleaned_data["barcode"] or self.instance.barcode or services.next_barcodes(1)[0]


class CopyInline(admin.TabularInline):
    model = Copy
    form = CopyForm
    fields = ("barcode", "status", "reason")
    readonly_fields = ("status", "reason")
    extra = 0
    can_delete = False
    show_change_link = True


@admin.register(Copy)
class CopyAdmin(ForgivingChoices, admin.ModelAdmin):
    form = CopyForm
    fields = ("book", "barcode", "status", "reason", "created_at")
    list_display = ("barcode", "book", "status", "reason", "created_at")
    list_filter = ("status", "reason")
    list_select_related = ("book",)
    search_fields = ("barcode__startswith", "book__title", "book__isbn__exact")
    autocomplete_fields = ("book",)
    readonly_fields = ("status", "reason", "created_at")
    ordering = ("-pk",)
    show_full_result_count = False
    actions = ("put_back", "mark_lost", "send_to_repair", "withdraw", "remove", "print_labels")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return self.readonly_fields if obj is None else ("book", *self.readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Copy | None = None) -> bool:
        """What was lent can't be deleted: the action "remove" knows."""
        return False

    def save_model(self, request: HttpRequest, obj: Copy, form: Any, change: bool) -> None:
        if change:
            services.change_barcode(copy_id=obj.pk, barcode=obj.barcode)
        else:
            obj.pk = services.add_copy(book_id=obj.book_id, barcode=obj.barcode).pk

    @admin.action(description=_("Put back on the shelf"), permissions=["change"])
    def put_back(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        each(self, request, copies, lambda copy: services.mark_copy_available_again(copy_id=copy.pk))

    @admin.action(description=_("Lost"), permissions=["change"])
    def mark_lost(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        self._mark(request, copies, Copy.Reason.LOST)

    @admin.action(description=_("In repair"), permissions=["change"])
    def send_to_repair(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        self._mark(request, copies, Copy.Reason.IN_REPAIR)

    @admin.action(description=_("Withdrawn"), permissions=["change"])
    def withdraw(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        self._mark(request, copies, Copy.Reason.WITHDRAWN)

    @admin.action(description=_("Remove (delete what was never lent)"), permissions=["change"])
    def remove(self, request: HttpRequest, copies: QuerySet[Copy]) -> None:
        each(self, request, copies, lambda copy: services.remove_copy(copy_id=copy.pk))

    @admin.action(description=_("Print labels"), permissions=["view"])
    def print_labels(self, request: HttpRequest, copies: QuerySet[Copy]) -> HttpResponse | None:
        return answer_with_labels(self, request, copies, Copy.objects.filter(pk__in=copies.order_by()))

    def _mark(self, request: HttpRequest, copies: QuerySet[Copy], reason: str) -> None:
        each(self, request, copies, lambda copy: services.mark_copy_unavailable(copy_id=copy.pk, reason=reason))
