from django.contrib import admin
from django.http import HttpRequest

from reservations.models import PastLoans


@admin.register(PastLoans)
class PastLoansAdmin(admin.ModelAdmin):
    """What is left of the loans whose readers are forgotten."""

    list_display = ["book", "loans", "days"]
    list_select_related = ["book"]
    search_fields = ["book__title"]
    ordering = ["-pk"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: PastLoans | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PastLoans | None = None) -> bool:
        return False
