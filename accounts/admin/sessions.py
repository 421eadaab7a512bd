"""Who is logged in where. Sessions are ended here, never changed."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import services
from accounts.device_names import device_in_words
from accounts.models import Session

ENDED_BY_ADMIN = "ended by an admin"


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    list_display = ["user", "channel", "device", "address", "last_used_at", "expires_at", "ended_at", "end_reason"]
    list_filter = ["channel", "ended_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email", "address"]
    date_hierarchy = "last_used_at"
    ordering = ["-last_used_at"]
    show_full_result_count = False
    actions = ["end"]

    @admin.display(description=_("device"))
    def device(self, session: Session) -> str:
        return device_in_words(session.user_agent)

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
        say_ended(request, len(open_ones))


def say_ended(request: HttpRequest, ended: int) -> None:
    text = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended)
    messages.success(request, text % {"count": ended})
