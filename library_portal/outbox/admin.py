from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from library_portal.outbox import delivery
from library_portal.outbox.models import Delivery, OutboxEvent


class ReadOnly:
    """What happened can be looked at, not changed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DeliveryInline(ReadOnly, admin.TabularInline):
    model = Delivery
    extra = 0
    fields = ["handler", "queue", "status", "attempts", "send_after", "done_at", "last_error"]
    show_change_link = True


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "name", "recorded_at", "published_at"]
    list_filter = ["name", ("published_at", admin.EmptyFieldListFilter)]
    search_fields = ["=id", "name"]
    inlines = [DeliveryInline]
    show_full_result_count = False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "event", "handler", "queue", "status", "attempts", "send_after", "done_at"]
    list_filter = ["status", "queue", "handler"]
    list_select_related = ["event"]
    search_fields = ["=id", "=event__id", "event__name", "handler"]
    actions = ["replay"]
    show_full_result_count = False

    @admin.action(description=_("Replay the selected dead letters"))
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = delivery.replay(list(queryset.values_list("pk", flat=True)), now=timezone.now())
        text = ngettext("%d dead letter is sent again.", "%d dead letters are sent again.", count) % count
        self.message_user(request, text, messages.SUCCESS)
