"""What readers wait for, as a hint for buying: counts, never names. Who watches what is nobody's to read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from watching.models import WatchedBook


@admin.register(WatchedBook)
class WatchedBookAdmin(admin.ModelAdmin):
    list_display = ("book", "watchers", "waiting", "last_watched_at", "record")
    list_select_related = ("book",)
    search_fields = ("book__title",)
    ordering = ("-watchers", "-book_id")
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("people waiting"), ordering="book__waiting_count")
    def waiting(self, watched: WatchedBook) -> int:
        return watched.book.waiting_count

    @admin.display(description=_("record"))
    def record(self, watched: WatchedBook) -> Any:
        link = reverse("admin:books_book_change", args=[watched.book_id])
        return format_html('<a href="{}">{}</a>', link, _("Open the book"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: WatchedBook | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: WatchedBook | None = None) -> bool:
        return False
